// SPDX-License-Identifier: BSD-2-Clause
// Pinned counters and info records with any contents, without a program that counts.
#pragma once

#include <string>

#include "bpf/xdp_stats_info.h"
#include "pinning/stats_map.h"

namespace xdpstats::test {

/// An info record with the ABI and generation that the loader writes: mode builtin, attached in
/// native mode to `device` in this network namespace.
[[nodiscard]] xdp_stats_info make_info(const std::string &device);

/// Pins a new counters' map at `path`, in place of what is pinned there, and returns its id.
/// Throws std::system_error, as the others do.
uint32_t pin_counters(const std::string &path, const Counters &counters,
                      MapKind kind = MapKind::kPerCpu);

/// Pins a new info map at `path`, in place of what is pinned there.
void pin_info(const std::string &path, const xdp_stats_info &info);

/// Pins both maps where readers look for `device`. Returns the id of the counters' map.
uint32_t pin_device(const std::string &pin_root, const std::string &device,
                    const Counters &counters, const xdp_stats_info &info);

} // namespace xdpstats::test
