// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/counting_state.h"

#include <algorithm>
#include <utility>

#include "pinning/info_record.h"

namespace xdpstats {
namespace {

const NetdevTable::value_type *find_device(const xdp_stats_info &info, const NetworkView &network) {
  return is_in(info, network.netns) ? find_by_ifindex(network.devices, info.ifindex) : nullptr;
}

CountingVerdict judge_absent(const xdp_stats_info &info, const NetworkView &network, bool awaited) {
  if (awaited) {
    return {CountingState::kStopped, "there is no such device"};
  }
  return {CountingState::kStopped, network.devices.contains(info.device)
                                       ? "the device was deleted and created again"
                                       : "the device is gone"};
}

CountingVerdict judge_program(const xdp_stats_info &info, const Netdev &device) {
  if (device.program_id == 0) {
    return {CountingState::kStopped, "the device has no XDP program"};
  }
  if (info.mode == XDP_STATS_MODE_OBSERVE && info.counted_program_id == 0) {
    return {CountingState::kStopped,
            "nobody counts the device's XDP program, id " + std::to_string(device.program_id)};
  }
  if (device.program_id == info.netdev_program_id) {
    return {CountingState::kCounting, ""};
  }
  // Another id need not mean that our program is no longer part of the chain.
  if ((info.flags & XDP_STATS_INFO_DISPATCHER) != 0) {
    return {CountingState::kUnknown,
            "its chain was rebuilt; xdp-stats-load --status as root tells"};
  }
  return {CountingState::kStale, "the device's XDP program is now id " +
                                     std::to_string(device.program_id) + ", not id " +
                                     std::to_string(info.netdev_program_id)};
}

// A bond's new slave runs the bond's program as well, where an observer knows it only if told.
std::optional<std::string> uncounted_slave(const xdp_stats_info &info, const NetworkView &network) {
  if (info.mode != XDP_STATS_MODE_OBSERVE || info.attach_mode != XDP_STATS_ATTACH_NATIVE ||
      info.slave_count == XDP_STATS_INFO_SLAVES || info.abi < 2) {
    return std::nullopt;
  }
  const auto *end = info.slaves + info.slave_count;
  for (const auto &[name, device] : network.devices) {
    if (device.master == info.ifindex && std::find(info.slaves, end, device.ifindex) == end) {
      return name;
    }
  }
  return std::nullopt;
}

} // namespace

Result<NetworkView> read_network_view() {
  auto devices = read_netdevs();
  if (!devices) {
    return Failure(devices.error());
  }
  const auto netns = current_netns();
  if (!netns) {
    return Failure(netns.error());
  }
  return NetworkView{std::move(*devices), *netns};
}

CountingVerdict judge_counting(const xdp_stats_info &info, const Result<NetworkView> &network) {
  if (info.mode == XDP_STATS_MODE_NONE) {
    return {CountingState::kStopped, "nothing has been attached yet"};
  }
  if (!network) {
    return {CountingState::kUnknown, network.error().message};
  }
  if (!is_in(info, network->netns)) {
    return {CountingState::kUnknown, "the device is in another network namespace"};
  }
  // A follower has found nothing to observe.
  const bool awaited = info.mode == XDP_STATS_MODE_OBSERVE && info.counted_program_id == 0;
  const auto named = network->devices.find(info.device);
  const auto *device = find_device(info, *network);
  if (awaited && device == nullptr && named != network->devices.end()) {
    device = &*named;
  }
  if (device == nullptr) {
    return judge_absent(info, *network, awaited);
  }
  auto verdict = judge_program(info, device->second);
  if (verdict.state != CountingState::kCounting) {
    return verdict;
  }
  if ((info.flags & XDP_STATS_INFO_NOT_COUNTING) != 0) {
    return {CountingState::kStopped, "its program was taken out of the chain"};
  }
  if (const auto slave = uncounted_slave(info, *network)) {
    return {CountingState::kStale, "its slave '" + *slave + "' is not counted"};
  }
  return verdict;
}

std::optional<std::string> present_name(const xdp_stats_info &info,
                                        const Result<NetworkView> &network) {
  const auto *device =
      network && info.mode != XDP_STATS_MODE_NONE ? find_device(info, *network) : nullptr;
  return device == nullptr ? std::nullopt : std::optional(device->first);
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
