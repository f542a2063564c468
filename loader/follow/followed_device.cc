// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/followed_device.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "loader/losses/device_losses.h"
#include "loader/observe/observation.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/info_writer.h"
#include "loader/tasks/transaction.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// A program that cannot be observed now may become observable: when memory is free again, or when
// another tracing program is gone. Each try costs some milliseconds.
constexpr uint64_t kRetryNs = 1'000'000'000;

bool link_is_there(uint32_t id) {
  return id == 0 || UniqueFd(bpf_link_get_fd_by_id(id)).valid() || errno != ENOENT;
}

bool runs_program(const std::optional<Netdev> &netdev) { return netdev && netdev->program_id != 0; }

std::string uncovered_text(uint64_t ns) {
  return ns == 0 ? "" : "; nothing was counted for at most " + duration_text(ns);
}

} // namespace

Result<FollowedDevice> FollowedDevice::start(const std::string &pin_root, const std::string &device,
                                             uint64_t began_at) {
  const PinPath path(pin_root, device);
  auto lock = FollowerLock::acquire(path);
  if (!lock) {
    if (lock.error().code == EWOULDBLOCK) {
      return failure("'" + device + "' is followed already, by another xdp-stats-load");
    }
    return Failure(lock.error());
  }
  FollowedDevice followed(path, std::move(*lock), device, began_at);
  const auto map = InfoMap::open(path.info_map);
  const auto info = map ? map->read() : Failure(map.error());
  if (!info) {
    return Failure(info.error());
  }
  if (info->counted_program_id != 0) {
    followed.netdev_ = Netdev{.ifindex = info->ifindex, .program_id = info->netdev_program_id};
  }
  return followed;
}

std::string FollowedDevice::state() const {
  switch (state_) {
  case State::kNew:
    return name_;
  case State::kObserving:
    return name_ + ": observing " + detail_;
  case State::kCannotObserve:
    return name_ + ": cannot observe its XDP program";
  case State::kNoProgram:
    return name_ + ": no XDP program now";
  case State::kNoDevice:
    return name_ + ": no such device now";
  }
  return name_;
}

void FollowedDevice::notice(const LinkEvent &event) {
  const Netdev &device = event.device.netdev;
  if (event.device.name == name_ || (netdev_ && device.ifindex == netdev_->ifindex)) {
    noticed_ = true;
    const bool other = !runs_program(netdev_) || device.program_id != netdev_->program_id;
    if (!event.removed && other) {
      gap_.announce(device.program_id);
    }
  } else if (netdev_ && netdev_->attach_mode == XDP_STATS_ATTACH_NATIVE) {
    // A device joined or left a bond. This device may be that bond.
    noticed_ = true;
  }
}

bool FollowedDevice::settled(const std::optional<Netdev> &netdev) const {
  if (noticed_ || !lock_.holds(path_) || netdev.has_value() != netdev_.has_value()) {
    return false;
  }
  if (state_ == State::kCannotObserve && boot_time_ns() >= retry_at_) {
    return false;
  }
  if (!netdev) {
    return true;
  }
  // If the observer's pin was unlinked by hand it is made again. A dispatcher decides by itself
  // again when the link of its only component is gone.
  const bool observed = state_ != State::kObserving ||
                        (::access(path_.observer.c_str(), F_OK) == 0 && link_is_there(link_id_));
  return observed && netdev->ifindex == netdev_->ifindex &&
         netdev->program_id == netdev_->program_id;
}

// A device that we know is found by its number, whatever its name is now; else whichever has the
// name.
Result<std::optional<Netdev>> FollowedDevice::look() {
  if (netdev_) {
    auto known = read_netdev(netdev_->ifindex);
    if (!known) {
      return Failure(known.error());
    }
    if (*known && (*known)->name != name_) {
      renamed_to_ = (*known)->name;
      noticed_ = true;
    }
    if (*known) {
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

// Beginning a transaction has moved the pins to the present name.
void FollowedDevice::take_new_name() {
  name_ = std::exchange(renamed_to_, {});
  path_ = PinPath(path_.root, name_);
}

Result<DeviceNews> FollowedDevice::check(ObserverCode &code) {
  const uint64_t asked = boot_time_ns();
  const auto netdev = look();
  if (!netdev) {
    return Failure(netdev.error());
  }
  if (settled(*netdev)) {
    gap_.cover(asked);
    return DeviceNews{};
  }
  return settle(code, asked);
}

DeviceNews FollowedDevice::end(const std::string &why) const {
  return {name_ + ": " + why + ": it is not followed any more", true};
}

Result<DeviceNews> FollowedDevice::settle(ObserverCode &code, uint64_t asked) {
  const std::string before = name_;
  auto transaction = begin_transaction({path_.root, renamed_to_.empty() ? name_ : renamed_to_,
                                        PinRoot::kMustExist, Look::kPinsAlone});
  if (!transaction) {
    return Failure(transaction.error());
  }
  if (*transaction && !renamed_to_.empty()) {
    take_new_name();
  }
  if (!*transaction || !lock_.holds(path_)) {
    return end("its pins were removed");
  }
  DevicePins &pins = (*transaction)->pins;
  if (pins.info().mode != XDP_STATS_MODE_OBSERVE || !pins.stats()) {
    return end("it is counted by other means now");
  }
  const auto netdev = look();
  if (!netdev) {
    return Failure(netdev.error());
  }
  noticed_ = !renamed_to_.empty();
  auto news = runs_program(*netdev) ? follow_program(code, pins, **netdev) : rest(pins, *netdev);
  if (news && news->line.empty() && name_ != before) {
    news->line = before + ": is called '" + name_ + "' now, and so are its counters";
  }
  if (news && state_ != State::kCannotObserve) {
    gap_.cover(asked);
  }
  return news;
}

Result<DeviceNews> FollowedDevice::follow_program(ObserverCode &code, DevicePins &pins,
                                                  const Netdev &netdev) {
  gap_.begin(netdev.program_id);
  const auto observation = observe_current(code, pins, name_, *pins.stats());
  if (observation) {
    return follow_observation(pins, *observation);
  }
  const auto now = look();
  if (now && !runs_program(*now)) {
    return rest(pins, *now);
  }
  return give_up_for_now(pins, netdev, observation.error());
}

Result<DeviceNews> FollowedDevice::give_up_for_now(DevicePins &pins, const Netdev &netdev,
                                                   const Error &error) {
  retry_at_ = boot_time_ns() + kRetryNs;
  netdev_ = netdev;
  if (auto released = release(pins); !released) {
    return Failure(released.error());
  }
  const bool told = state_ == State::kCannotObserve && detail_ == error.message;
  state_ = State::kCannotObserve;
  detail_ = error.message;
  return told ? Result<DeviceNews>(DeviceNews{}) : Failure(error);
}

Result<DeviceNews> FollowedDevice::follow_observation(DevicePins &pins,
                                                      const Observation &observation) {
  if (observation.began != 0) {
    gap_.resume(observation.began);
  }
  const uint64_t now = boot_time_ns();
  const uint64_t uncovered = gap_.length(now);
  DeviceNews news;
  if (!is_recorded(pins.info(), observation) || uncovered != 0) {
    const bool counted_before = pins.info().attached_at != 0;
    if (auto written = pins.write_info(observation_info(pins.info(), name_, observation,
                                                        XDP_STATS_INFO_FOLLOW, uncovered, false));
        !written) {
      return Failure(written.error());
    }
    news.line = name_ + (counted_before ? ": counting on (" : ": counting (") +
                info_summary(pins.info()) + ")" + uncovered_text(uncovered);
  }
  gap_.close(now);
  if (auto settled = settle_losses(pins); !settled) {
    return Failure(settled.error());
  }
  netdev_ = observation.netdev;
  state_ = State::kObserving;
  link_id_ = observation.target.link_id;
  detail_ = "'" + observation.target.function + "' (id " +
            std::to_string(observation.target.program_id) + ")";
  return news;
}

// Stops observing, so that the observed program can be unloaded.
Result<void> FollowedDevice::release(DevicePins &pins) {
  if (auto withdrawn = withdraw_observer(pins); !withdrawn) {
    return withdrawn;
  }
  const xdp_stats_info &info = pins.info();
  if (info.netdev_program_id == 0 && info.counted_program_id == 0) {
    return {};
  }
  return pins.write_info(waiting_info(info, name_, {info.netns_cookie, info.netns_inode},
                                      XDP_STATS_INFO_FOLLOW, false));
}

Result<DeviceNews> FollowedDevice::rest(DevicePins &pins, const std::optional<Netdev> &netdev) {
  if (auto released = release(pins); !released) {
    return Failure(released.error());
  }
  const State before = std::exchange(state_, netdev ? State::kNoProgram : State::kNoDevice);
  netdev_ = netdev;
  gap_.forget();
  // The first time it was reported already, when waiting began.
  return DeviceNews{before == State::kNew || before == state_ ? "" : state() + ", waiting for one",
                    false};
}

Result<void> FollowedDevice::stop() {
  auto transaction = begin_transaction({path_.root, name_, PinRoot::kMustExist, Look::kPinsAlone});
  if (!transaction) {
    return Failure(transaction.error());
  }
  if (!*transaction || !lock_.holds(path_)) {
    return {};
  }
  DevicePins &pins = (*transaction)->pins;
  xdp_stats_info info = pins.info();
  info.flags &= ~XDP_STATS_INFO_FOLLOW;
  return pins.write_info(info);
}

} // namespace xdpstats
