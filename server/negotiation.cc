// SPDX-License-Identifier: BSD-2-Clause
#include "server/negotiation.h"

#include <charconv>
#include <strings.h>

#include <optional>
#include <vector>

namespace xdpstats {
namespace {

/// "text/plain;version=0.0.4;q=0.5". No value that matters here has a comma or a semicolon.
struct MediaRange {
  std::string_view type;
  std::string_view version; ///< empty: any
  double quality = 1;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// Cuts off and returns what stands before the first `separator`, without the blanks around it.
std::string_view take_until(std::string_view &text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view first = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return trimmed(first);
}

bool same_word(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

double read_quality(std::string_view text) {
  double quality = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  return error == std::errc() && end == text.data() + text.size() && quality >= 0 && quality <= 1
             ? quality
             : 0;
}

MediaRange parse_range(std::string_view text) {
  MediaRange range;
  range.type = take_until(text, ';');
  while (!text.empty()) {
    std::string_view value = take_until(text, ';');
    const std::string_view name = take_until(value, '=');
    value = trimmed(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (same_word(name, "q")) {
      range.quality = read_quality(value);
    } else if (same_word(name, "version")) {
      range.version = value;
    }
  }
  return range;
}

// How much `type` of `version` is liked; nullopt where no range names it.
std::optional<double> quality_of(const std::vector<MediaRange> &ranges, std::string_view type,
                                 std::string_view version) {
  std::optional<double> best;
  for (const auto &range : ranges) {
    if (same_word(range.type, type) && (range.version.empty() || range.version == version)) {
      best = std::max(best.value_or(0), range.quality);
    }
  }
  return best;
}

} // namespace

Dialect choose_dialect(std::string_view accept) {
  std::vector<MediaRange> ranges;
  while (!accept.empty()) {
    ranges.push_back(parse_range(take_until(accept, ',')));
  }
  const double open_metrics =
      quality_of(ranges, "application/openmetrics-text", "1.0.0").value_or(0);
  auto classic = quality_of(ranges, "text/plain", "0.0.4");
  if (!classic) {
    classic = quality_of(ranges, "text/*", {});
  }
  if (!classic) {
    classic = quality_of(ranges, "*/*", {});
  }
  return open_metrics > 0 && open_metrics >= classic.value_or(0) ? Dialect::kOpenMetrics
                                                                 : Dialect::kClassic;
}

} // namespace xdpstats
