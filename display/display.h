// SPDX-License-Identifier: BSD-2-Clause
// Shows snapshots, once or again and again. The only part of the console that prints.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "display/order.h"
#include "formats/snapshot.h"

namespace xdpstats {

enum class Format { kTable, kJson, kPrometheus, kOpenMetrics };

struct DisplayOptions {
  std::string program; ///< the name of the program, for messages
  Format format = Format::kTable;
  std::string output;                     ///< file to replace; empty: standard output
  std::chrono::nanoseconds interval = {}; ///< between two snapshots
  uint64_t count = 0;                     ///< snapshots to show; 0: until a signal comes
  Arrangement arrangement = {};           ///< of a table
};

/// "PROGRAM: MESSAGE" and, if there is one, "hint: HINT" on standard error.
void print_error(const std::string &program, const Error &error);

/// Shows one snapshot. Exit status: 0, or 1 if something could not be read or written. Both
/// functions need SIGPIPE to be ignored; when nobody reads their output any more, they end with
/// status 0.
[[nodiscard]] int show_once(const SnapshotSource &source, const DisplayOptions &options);

/// Shows a snapshot each interval, with rates in the table, until the count is reached or SIGINT,
/// SIGTERM, SIGHUP or SIGQUIT comes. Exit status: that of the last snapshot.
[[nodiscard]] int watch(const SnapshotSource &source, const DisplayOptions &options);

} // namespace xdpstats
