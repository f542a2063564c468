// SPDX-License-Identifier: BSD-2-Clause
// Whether the device is being counted now. Decided from the info record and from what rtnetlink
// says, so that a reader needs no privilege.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/netdev.h"
#include "base/result.h"
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

/// The network devices at one instant, and the namespace they are in. Taken once for each round of
/// reading, however many devices are pinned.
struct NetworkView {
  NetdevTable devices;
  NetnsId netns;
  bool whole = true; ///< all devices, not only those that were asked for
};

[[nodiscard]] Result<NetworkView> read_network_view();

/// Looks again and again, at the namespace that the thread is in when it looks first.
class NetworkWatch {
public:
  [[nodiscard]] Result<NetworkView> look();

  /// At these devices only, by their numbers. At all where that costs less, as asking for all costs
  /// half for each, and where one of them is a bond, whose slaves count.
  [[nodiscard]] Result<NetworkView> look_at(const std::vector<uint32_t> &ifindexes);

private:
  struct Opened {
    NetdevSocket socket;
    NetnsId netns;
  };
  [[nodiscard]] Result<void> open();
  /// The devices, as part of a view; what has failed is not used again.
  [[nodiscard]] Result<NetworkView> view_of(Result<NetdevTable> devices, bool whole);

  std::optional<Opened> opened_;
  size_t present_ = 0; ///< devices when all were looked at
};

/// kUnknown, with the reason, if `network` is a failure. The device is the one with the recorded
/// number in the recorded namespace, whatever its name is now.
[[nodiscard]] CountingVerdict judge_counting(const xdp_stats_info &info,
                                             const Result<NetworkView> &network);

/// The name of the recorded device now; nullopt if it is not in this namespace.
[[nodiscard]] std::optional<std::string> present_name(const xdp_stats_info &info,
                                                      const Result<NetworkView> &network);

/// "counting", "stopped", "stale" or "unknown".
[[nodiscard]] const char *state_name(CountingState state);

} // namespace xdpstats
