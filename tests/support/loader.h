// SPDX-License-Identifier: BSD-2-Clause
// Running xdp-stats-load, and looking at what it has pinned.
#pragma once

#include <string>
#include <vector>

#include "bpf/xdp_stats_info.h"
#include "pinning/stats_map.h"
#include "tests/support/process.h"

namespace xdpstats::test {

using Command = std::vector<std::string>;

/// "xdp-stats-load ARGS".
[[nodiscard]] Command loader(Command args);

/// Runs it.
Finished load(const Command &args);

/// Runs it; throws std::runtime_error, with its output, unless it exits with 0. Returns stdout.
std::string load_well(const Command &args);

/// The counters pinned for a device; throws std::runtime_error.
[[nodiscard]] Counters pinned_counters(const std::string &device);

/// The info record pinned for a device; throws std::runtime_error.
[[nodiscard]] xdp_stats_info pinned_info(const std::string &device);

} // namespace xdpstats::test
