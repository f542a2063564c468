// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/counting_state.h"

#include <algorithm>
#include <utility>

#include "pinning/info_record.h"

namespace xdpstats {
namespace {

const NetdevTable::value_type *find_device(const xdp_stats_info &info, const NetworkView &network) {
  if (!is_in(info, network.netns)) {
    return nullptr;
  }
  // Mostly it still has the recorded name. To search by number takes long among a thousand.
  const auto named = network.devices.find(info.device);
  return named != network.devices.end() && named->second.ifindex == info.ifindex
             ? &*named
             : find_by_ifindex(network.devices, info.ifindex);
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
std::optional<std::string> uncounted_slave(const xdp_stats_info &info, const Netdev &device,
                                           const NetworkView &network) {
  if (!device.is_bond || info.mode != XDP_STATS_MODE_OBSERVE ||
      info.attach_mode != XDP_STATS_ATTACH_NATIVE || info.slave_count == XDP_STATS_INFO_SLAVES ||
      info.abi < 2) {
    return std::nullopt;
  }
  const auto *end = info.slaves + info.slave_count;
  for (const auto &[name, other] : network.devices) {
    if (other.master == info.ifindex && std::find(info.slaves, end, other.ifindex) == end) {
      return name;
    }
  }
  return std::nullopt;
}

} // namespace

Result<NetworkView> read_network_view() { return NetworkWatch().look(); }

Result<void> NetworkWatch::open() {
  if (opened_) {
    return {};
  }
  auto socket = NetdevSocket::open();
  if (!socket) {
    return Failure(socket.error());
  }
  const auto netns = current_netns(socket->fd());
  if (!netns) {
    return Failure(netns.error());
  }
  opened_.emplace(Opened{std::move(*socket), *netns});
  return {};
}

Result<NetworkView> NetworkWatch::view_of(Result<NetdevTable> devices, bool whole) {
  if (!devices) {
    opened_.reset();
    return Failure(devices.error());
  }
  if (whole) {
    present_ = devices->size();
  }
  return NetworkView{std::move(*devices), opened_->netns, whole};
}

Result<NetworkView> NetworkWatch::look() {
  if (auto opened = open(); !opened) {
    return Failure(opened.error());
  }
  return view_of(opened_->socket.all(), true);
}

Result<NetworkView> NetworkWatch::look_at(const std::vector<uint32_t> &ifindexes) {
  if (ifindexes.empty() || ifindexes.size() * 2 > present_) {
    return look();
  }
  if (auto opened = open(); !opened) {
    return Failure(opened.error());
  }
  auto devices = opened_->socket.some(ifindexes);
  const bool bonds = devices && std::any_of(devices->begin(), devices->end(),
                                            [](const auto &item) { return item.second.is_bond; });
  return bonds ? look() : view_of(std::move(devices), false);
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
  if (const auto slave = uncounted_slave(info, device->second, *network)) {
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
