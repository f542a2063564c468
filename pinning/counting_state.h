// SPDX-License-Identifier: BSD-2-Clause
// Whether the device is being counted now. Decided from the info record and from what rtnetlink
// says, so that a reader needs no privilege.
#pragma once

#include <optional>
#include <string>

#include "base/netdev.h"
#include "bpf/xdp_stats_info.h"

namespace xdpstats {

enum class CountingState {
  kCounting, ///< the device still runs the program that was recorded
  /// Nothing counts: the device has no XDP program, the device is gone, or nothing has been
  /// attached yet.
  kStopped,
  /// The device runs another program than the recorded one: what is counted, if anything, is not
  /// its verdict.
  kStale,
  kUnknown, ///< the device is in another network namespace: it cannot be seen from here
};

struct CountingVerdict {
  CountingState state;
  std::string reason; ///< a clause for people; empty if counting
};

/// `device` is the device with the name in the record; nullopt if this namespace has none.
[[nodiscard]] CountingVerdict judge_counting(const xdp_stats_info &info,
                                             const std::optional<Netdev> &device,
                                             uint64_t current_netns_inode);

/// "counting", "stopped", "stale" or "unknown".
[[nodiscard]] const char *state_name(CountingState state);

} // namespace xdpstats
