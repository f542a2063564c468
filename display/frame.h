// SPDX-License-Identifier: BSD-2-Clause
// What one tick of watching shows as a table.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "display/rates.h"
#include "display/table.h"

namespace xdpstats {

/// The last few events, each with the time when it was noticed, for a screen that is drawn again
/// and again.
class EventLog {
public:
  void add(const std::vector<std::string> &events, uint64_t now);
  [[nodiscard]] const std::deque<std::string> &lines() const { return lines_; }

private:
  std::deque<std::string> lines_;
};

struct FrameTitle {
  std::string program;
  std::chrono::nanoseconds interval;
  uint64_t now;        ///< ns since 1970 UTC
  size_t left_out = 0; ///< devices that are not in the snapshot
};

/// Title, table, notes, problems, and `events`. With style.max_lines, the whole frame fits into
/// that many lines if possible.
[[nodiscard]] std::vector<std::string> render_frame(const FrameTitle &title,
                                                    const Snapshot &snapshot,
                                                    const std::vector<std::optional<Rates>> &rates,
                                                    const std::vector<std::string> &events,
                                                    TableStyle style);

} // namespace xdpstats
