// SPDX-License-Identifier: BSD-2-Clause
// Does anybody count this device now? Decided from the info record and what rtnetlink says, so that
// an unprivileged reader can tell.
#pragma once

#include <optional>
#include <string>

#include "base/netdev.h"
#include "bpf/xdp_stats_info.h"

namespace xdpstats {

enum class CountingState {
  kCounting, ///< the device still runs the program that was recorded
  kStopped,  ///< nothing counts: no XDP program is attached, the device is gone, or nothing was
             ///< attached yet
  kStale,   ///< the device runs another program than recorded: what is counted, if anything, is not
            ///< its verdict
  kUnknown, ///< the device is in another network namespace: it cannot be seen from here
};

struct CountingVerdict {
  CountingState state;
  std::string reason; ///< one clause for people, empty when counting
};

/// `device` is the entry of the record's device name, nullopt if there is none in this namespace.
[[nodiscard]] CountingVerdict judge_counting(const xdp_stats_info &info,
                                             const std::optional<Netdev> &device,
                                             uint64_t current_netns_inode);

/// "counting", "stopped", "stale" or "unknown".
[[nodiscard]] const char *state_name(CountingState state);

} // namespace xdpstats
