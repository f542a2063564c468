// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/followed_device.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// nullopt: there is none, or none that can be read.
std::optional<xdp_stats_info> record_at(const PinPath &path) {
  const auto map = InfoMap::open(path.info_map);
  const auto info = map ? map->read() : Failure(map.error());
  return info && info->mode != XDP_STATS_MODE_NONE ? std::optional(*info) : std::nullopt;
}

} // namespace

FollowedDevice::FollowedDevice(const CountRequest &request, const Discovery &discovery)
    : request_(request), name_(discovery.name), by_pattern_(discovery.by_pattern),
      path_(request.pin_root, discovery.name), covered_until_(discovery.covered_until) {}

CountRequest FollowedDevice::begin() {
  CountRequest request = request_;
  request.covered_until = covered_until_;
  return request;
}

Result<std::optional<Netdev>> FollowedDevice::look() {
  if (netdev_) {
    auto known = read_netdev(netdev_->ifindex);
    if (!known) {
      return Failure(known.error());
    }
    if (*known) {
      noticed_ = noticed_ || (*known)->name != name_;
      return std::optional((*known)->netdev);
    }
  }
  const auto named = read_netdev(name_);
  if (!named) {
    return Failure(named.error());
  }
  // By an alternative name the kernel finds a device that is called otherwise.
  return *named && (*named)->name == name_ ? std::optional((*named)->netdev) : std::nullopt;
}

Result<std::optional<std::string>> FollowedDevice::in_other_hands(const Netdev &netdev) const {
  if (xdpstats::is_followed(path_).value_or(false)) {
    return by_pattern_
               ? Result<std::optional<std::string>>("another xdp-stats-load follows it")
               : failure("'" + name_ +
                         "' is followed already, by another xdp-stats-load; counting goes on");
  }
  const auto info = by_pattern_ ? record_at(path_) : std::nullopt;
  const auto netns = info ? current_netns() : Failure(Error{});
  const bool this_one = netns && info->ifindex == netdev.ifindex && is_in(*info, *netns);
  const uint32_t ours = XDP_STATS_INFO_FOLLOW | XDP_STATS_INFO_BY_FOLLOWER;
  return this_one && (info->flags & ours) == 0
             ? std::optional<std::string>("another run of xdp-stats-load counts it")
             : std::nullopt;
}

Result<std::optional<Transaction>> FollowedDevice::begin_change() {
  auto transaction = begin_transaction({path_.root, name_, PinRoot::kMustExist, Look::kPinsAlone,
                                        std::chrono::milliseconds(0), ifindex()});
  if (transaction && *transaction) {
    name_ = (*transaction)->device;
    path_ = PinPath(path_.root, name_);
  }
  return transaction;
}

Result<void> FollowedDevice::take_lock() {
  if (has_pins()) {
    return {};
  }
  lock_.reset();
  auto lock = FollowerLock::acquire(path_);
  if (!lock && lock.error().code == EWOULDBLOCK) {
    return failure("'" + name_ +
                   "' is followed already, by another xdp-stats-load; counting goes on");
  }
  if (!lock) {
    return Failure(lock.error());
  }
  lock_.emplace(std::move(*lock));
  return {};
}

DeviceNews FollowedDevice::end(const std::string &why) const {
  return {name_ + ": " + why + ": it is not followed any more", {}, {}, true};
}

Result<void> FollowedDevice::leave(const PinRootLock & /*held*/) {
  if (!has_pins()) {
    return {};
  }
  auto pins = DevicePins::open(path_.root, name_);
  if (!pins) {
    return Failure(pins.error());
  }
  xdp_stats_info info = pins->info();
  info.flags &= ~XDP_STATS_INFO_FOLLOW;
  if (counts()) {
    info.checked_at = covered_until_;
  }
  return pins->write_info(info);
}

} // namespace xdpstats
