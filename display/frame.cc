// SPDX-License-Identifier: BSD-2-Clause
#include "display/frame.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"

namespace xdpstats {
namespace {

constexpr size_t kKeptEvents = 3;
constexpr size_t kMostNotes = 5;

std::string title_line(const FrameTitle &title, size_t devices) {
  const size_t all = devices + title.left_out;
  std::array<char, 32> seconds = {};
  std::snprintf(seconds.data(), seconds.size(), "%g",
                std::chrono::duration<double>(title.interval).count());
  return title.program + "  " + local_time(title.now) + "  every " + seconds.data() + " s  " +
         (title.left_out > 0 ? std::to_string(devices) + " of " : "") + std::to_string(all) +
         (all == 1 ? " device" : " devices");
}

void append_error(std::vector<std::string> &lines, const Error &error) {
  lines.push_back(printable(error.message));
  if (!error.hint.empty()) {
    lines.push_back("hint: " + printable(error.hint));
  }
}

} // namespace

void EventLog::add(const std::vector<std::string> &events, uint64_t now) {
  for (const auto &event : events) {
    lines_.push_back(local_time(now) + "  " + event);
  }
  while (lines_.size() > kKeptEvents) {
    lines_.pop_front();
  }
}

std::vector<std::string> render_frame(const FrameTitle &title, const Snapshot &snapshot,
                                      const std::vector<std::optional<Rates>> &rates,
                                      const std::vector<std::string> &events, TableStyle style) {
  std::vector<std::string> below = events;
  for (const auto &problem : snapshot.problems) {
    append_error(below, problem);
  }
  if (snapshot.samples.empty() && snapshot.remark) {
    append_error(below, *snapshot.remark);
  }
  const auto notes = table_notes(snapshot.samples);
  below.insert(below.end(), notes.begin(), notes.end());
  if (style.max_lines > 0) {
    // Title and the blank lines around the table; the notes must not crowd out the devices.
    const size_t room = style.max_lines - std::min<size_t>(style.max_lines, 3);
    const size_t most = std::clamp<size_t>(room / 4, 1, kMostNotes);
    if (below.size() > most) {
      const size_t left_out = below.size() - (most - 1);
      below.resize(most - 1);
      below.push_back("and " + std::to_string(left_out) + " more lines like these");
    }
    style.max_lines = std::max<size_t>(room - std::min(room, below.size()), 1);
  }
  std::vector<std::string> lines = {title_line(title, snapshot.samples.size()), ""};
  const auto table = render_table(snapshot.samples, &rates, style);
  lines.insert(lines.end(), table.begin(), table.end());
  if (!below.empty()) {
    lines.emplace_back();
    lines.insert(lines.end(), below.begin(), below.end());
  }
  return lines;
}

} // namespace xdpstats
