// SPDX-License-Identifier: BSD-2-Clause
#include "formats/exposition.h"

#include "base/text.h"

namespace xdpstats {
namespace {

void begin_counter(std::string &text, const std::string &family, const char *unit, const char *help,
                   Dialect dialect) {
  if (dialect == Dialect::kOpenMetrics) {
    text += "# TYPE " + family + " counter\n";
    if (unit != nullptr) {
      text += "# UNIT " + family + " " + unit + "\n";
    }
    text += "# HELP " + family + " " + help + "\n";
  } else {
    text += "# HELP " + family + "_total " + help + "\n";
    text += "# TYPE " + family + "_total counter\n";
  }
}

template <typename Value>
void add_counter(std::string &text, const std::vector<DeviceSample> &samples,
                 const std::string &family, Value value) {
  for (const auto &sample : samples) {
    const std::string labels = "_total{device=\"" + escape_label(sample.name) + "\",action=\"";
    for (size_t action = 0; action < kActionCount; ++action) {
      text += family + labels + kActionNames[action] + "\"} " +
              std::to_string(value(sample.counters[action])) + "\n";
    }
  }
}

void add_counting(std::string &text, const std::vector<DeviceSample> &samples) {
  std::string lines;
  for (const auto &sample : samples) {
    if (sample.verdict.state != CountingState::kUnknown) {
      lines += "xdp_stats_counting{device=\"" + escape_label(sample.name) + "\"} " +
               (sample.verdict.state == CountingState::kCounting ? "1" : "0") + "\n";
    }
  }
  if (!lines.empty()) {
    text += "# HELP xdp_stats_counting Whether the device's XDP verdicts are being counted.\n"
            "# TYPE xdp_stats_counting gauge\n" +
            lines;
  }
}

} // namespace

std::string escape_label(std::string_view value) {
  std::string escaped;
  for (const char c : printable(value)) {
    switch (c) {
    case '\\':
      escaped += "\\\\";
      break;
    case '"':
      escaped += "\\\"";
      break;
    default:
      escaped += c;
    }
  }
  return escaped;
}

std::string render_exposition(const std::vector<DeviceSample> &samples, std::string_view version,
                              Dialect dialect) {
  std::string text;
  if (!samples.empty()) {
    begin_counter(text, "xdp_stats_packets", nullptr, "Frames by XDP verdict.", dialect);
    add_counter(text, samples, "xdp_stats_packets",
                [](const xdp_stats_record &record) { return record.packets; });
    begin_counter(text, "xdp_stats_bytes", "bytes",
                  "Bytes of frames by XDP verdict, Ethernet header included.", dialect);
    add_counter(text, samples, "xdp_stats_bytes",
                [](const xdp_stats_record &record) { return record.bytes; });
    add_counting(text, samples);
  }
  // OpenMetrics has the type "info" for such a metric, and names its family without the suffix.
  text += dialect == Dialect::kOpenMetrics
              ? "# TYPE xdp_stats_build info\n# HELP xdp_stats_build Version of xdp-stats.\n"
              : "# HELP xdp_stats_build_info Version of xdp-stats.\n"
                "# TYPE xdp_stats_build_info gauge\n";
  text += "xdp_stats_build_info{version=\"" + escape_label(version) + "\"} 1\n";
  if (dialect == Dialect::kOpenMetrics) {
    text += "# EOF\n";
  }
  return text;
}

} // namespace xdpstats
