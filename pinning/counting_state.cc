// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/counting_state.h"

namespace xdpstats {

CountingVerdict judge_counting(const xdp_stats_info &info, const std::optional<Netdev> &device,
                               uint64_t current_netns_inode) {
  if (info.mode == XDP_STATS_MODE_NONE) {
    return {CountingState::kStopped, "nothing has been attached yet"};
  }
  if (info.netns_inode != current_netns_inode) {
    return {CountingState::kUnknown, "the device is in another network namespace"};
  }
  // The record is that of a follower that has found nothing to observe.
  const bool awaited = info.mode == XDP_STATS_MODE_OBSERVE && info.counted_program_id == 0;
  if (!device) {
    return {CountingState::kStopped, awaited ? "there is no such device" : "the device is gone"};
  }
  if (!awaited && device->ifindex != info.ifindex) {
    return {CountingState::kStopped, "the device was deleted and created again"};
  }
  if (device->program_id == 0) {
    return {CountingState::kStopped, "the device has no XDP program"};
  }
  if (awaited) {
    return {CountingState::kStopped,
            "nobody counts the device's XDP program, id " + std::to_string(device->program_id)};
  }
  if (device->program_id != info.netdev_program_id) {
    return {CountingState::kStale, "the device's XDP program is now id " +
                                       std::to_string(device->program_id) + ", not id " +
                                       std::to_string(info.netdev_program_id)};
  }
  return {CountingState::kCounting, ""};
}

const char *state_name(CountingState state) {
  switch (state) {
  case CountingState::kCounting:
    return "counting";
  case CountingState::kStopped:
    return "stopped";
  case CountingState::kStale:
    return "stale";
  case CountingState::kUnknown:
    return "unknown";
  }
  return "";
}

} // namespace xdpstats
