// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/observed_device.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "loader/losses/device_losses.h"
#include "loader/observe/observation.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/info_writer.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// A program that cannot be observed now may become observable: when memory is free again, or when
// another tracing program is gone. Each try costs some milliseconds.
constexpr uint64_t kRetryNs = 1'000'000'000;

bool runs_program(const std::optional<Netdev> &netdev) { return netdev && netdev->program_id != 0; }

std::string uncovered_text(uint64_t ns) {
  return ns == 0 ? "" : "; nothing was counted for at most " + duration_text(ns);
}

} // namespace

ObservedDevice::ObservedDevice(const CountRequest &request, const Discovery &discovery)
    : FollowedDevice(request, discovery), gap_(boot_time_ns()) {
  request_.follow = true;
}

Result<DeviceNews> ObservedDevice::begun(const Result<Outcome> &outcome) {
  if (!outcome) {
    return Failure(outcome.error());
  }
  request_.reset = false;
  if (auto locked = take_lock(); !locked) {
    return Failure(locked.error());
  }
  const auto map = InfoMap::open(path_.info_map);
  const auto info = map ? map->read() : Failure(map.error());
  if (!info) {
    return Failure(info.error());
  }
  if (info->counted_program_id != 0) {
    netdev_ = Netdev{.ifindex = info->ifindex, .program_id = info->netdev_program_id};
  }
  begun_ = true;
  noticed_ = true;
  state_ = State::kNew;
  return DeviceNews{outcome->done, outcome->notes, {}, false};
}

std::string ObservedDevice::state() const {
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

void ObservedDevice::notice(const LinkEvent &event) {
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

bool ObservedDevice::settled(const std::optional<Netdev> &netdev) const {
  if (noticed_ || !has_pins() || netdev.has_value() != netdev_.has_value()) {
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
  const bool observed =
      state_ != State::kObserving ||
      (::access(path_.observer.c_str(), F_OK) == 0 && (link_id_ == 0 || link_is_there(link_id_)));
  return observed && netdev->ifindex == netdev_->ifindex &&
         netdev->program_id == netdev_->program_id;
}

// It is not pinned yet: all there is to find out is whether it is still there, and in whose hands.
Result<DeviceNews> ObservedDevice::before_begin() {
  const auto netdev = look();
  if (!netdev) {
    return Failure(netdev.error());
  }
  state_ = *netdev ? State::kNew : State::kNoDevice;
  netdev_ = *netdev;
  free_ = !netdev_ && !by_pattern_;
  if (netdev_) {
    const auto hands = in_other_hands(*netdev_);
    if (!hands) {
      return Failure(hands.error());
    }
    if (*hands) {
      return end(**hands);
    }
    free_ = true;
  }
  return DeviceNews{};
}

Result<DeviceNews> ObservedDevice::check(ObserverCode &code) {
  if (!begun_) {
    return before_begin();
  }
  const uint64_t asked = boot_time_ns();
  const uint64_t asked_at = realtime_ns();
  const auto netdev = look();
  if (!netdev) {
    return Failure(netdev.error());
  }
  if (settled(*netdev)) {
    gap_.cover(asked);
    covered_until_ = asked_at;
    return DeviceNews{};
  }
  return settle(code, asked);
}

Result<DeviceNews> ObservedDevice::settle(ObserverCode &code, uint64_t asked) {
  const std::string before = name_;
  auto transaction = begin_change();
  if (!transaction && transaction.error().code == EWOULDBLOCK) {
    return DeviceNews{};
  }
  if (!transaction) {
    return Failure(transaction.error());
  }
  if (!*transaction || !has_pins()) {
    return end("its pins were removed");
  }
  DevicePins &pins = (*transaction)->pins;
  if (pins.info().mode != XDP_STATS_MODE_OBSERVE || !pins.stats()) {
    return end("it is counted by other means now");
  }
  noticed_ = false;
  const auto netdev = look();
  if (!netdev) {
    return Failure(netdev.error());
  }
  auto news = runs_program(*netdev) ? follow_program(code, pins, **netdev) : rest(pins, *netdev);
  if (news && news->line.empty() && name_ != before) {
    news->line = before + ": is called '" + name_ + "' now, and so are its counters";
  }
  if (news && state_ != State::kCannotObserve) {
    gap_.cover(asked);
  }
  return news;
}

Result<DeviceNews> ObservedDevice::follow_program(ObserverCode &code, DevicePins &pins,
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

Result<DeviceNews> ObservedDevice::give_up_for_now(DevicePins &pins, const Netdev &netdev,
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

Result<DeviceNews> ObservedDevice::follow_observation(DevicePins &pins,
                                                      const Observation &observation) {
  if (observation.began != 0) {
    gap_.resume(observation.began);
  }
  const uint64_t now = boot_time_ns();
  const uint64_t uncovered = gap_.length(now);
  DeviceNews news;
  if (!is_recorded(pins.info(), observation) || uncovered != 0) {
    const bool counted_before = pins.info().attached_at != 0;
    if (auto written = pins.write_info(
            observation_info(pins.info(), name_, observation, kFollowedFlags, uncovered, false));
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
Result<void> ObservedDevice::release(DevicePins &pins) {
  if (auto withdrawn = withdraw_observer(pins); !withdrawn) {
    return withdrawn;
  }
  const xdp_stats_info &info = pins.info();
  if (info.netdev_program_id == 0 && info.counted_program_id == 0) {
    return {};
  }
  return pins.write_info(
      waiting_info(info, name_, {info.netns_cookie, info.netns_inode}, kFollowedFlags, false));
}

Result<DeviceNews> ObservedDevice::rest(DevicePins &pins, const std::optional<Netdev> &netdev) {
  if (auto released = release(pins); !released) {
    return Failure(released.error());
  }
  const State before = std::exchange(state_, netdev ? State::kNoProgram : State::kNoDevice);
  netdev_ = netdev;
  gap_.forget();
  // The first time it was reported already, when waiting began. Nobody waits for what a pattern
  // matched.
  const bool silent = before == State::kNew || before == state_ || (!netdev && by_pattern_);
  return DeviceNews{silent ? "" : state() + ", waiting for one", {}, {}, false};
}

} // namespace xdpstats
