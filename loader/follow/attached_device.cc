// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/attached_device.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "loader/attach/components.h"
#include "loader/attach/ownership.h"
#include "loader/pins/info_writer.h"
#include "loader/tasks/counter_change.h"
#include "pinning/info_record.h"

namespace xdpstats {

std::string AttachedDevice::state() const {
  switch (state_) {
  case State::kNoDevice:
    return name_ + ": no such device now";
  case State::kNew:
  case State::kRebuilt:
    return name_ + ": not counted yet";
  case State::kCounting:
    return name_ + ": counting";
  case State::kStopped:
    return name_ + ": stopped, its XDP program was detached";
  case State::kForeign:
    return name_ + ": left alone, it runs XDP program " + detail_;
  }
  return name_;
}

void AttachedDevice::notice(const LinkEvent &event) {
  noticed_ = noticed_ || event.device.name == name_ ||
             (netdev_ && event.device.netdev.ifindex == netdev_->ifindex);
}

Result<DeviceNews> AttachedDevice::check(ObserverCode & /*code*/) {
  const uint64_t asked = realtime_ns();
  const auto netdev = look();
  if (!netdev) {
    return Failure(netdev.error());
  }
  if (!*netdev) {
    covered_until_ = asked; // there is nothing to count
    return lose();
  }
  if (!netdev_ || (*netdev)->ifindex != netdev_->ifindex) {
    return meet(**netdev);
  }
  if (state_ == State::kNew || state_ == State::kRebuilt) {
    return DeviceNews{};
  }
  std::optional<DeviceNews> news(DeviceNews{});
  if (!settled(**netdev)) {
    auto found = settle();
    if (!found) {
      return Failure(found.error());
    }
    news = std::move(*found);
  }
  if (news && state_ == State::kCounting) {
    covered_until_ = asked;
  }
  return news.value_or(DeviceNews{});
}

Result<DeviceNews> AttachedDevice::meet(const Netdev &netdev) {
  if (!has_pins()) {
    lock_.reset();
    const auto hands = in_other_hands(netdev);
    if (!hands) {
      return Failure(hands.error());
    }
    if (*hands) {
      netdev_ = netdev;
      return end(**hands);
    }
  }
  netdev_ = netdev;
  state_ = State::kNew;
  return DeviceNews{};
}

DeviceNews AttachedDevice::lose() {
  const bool silent = by_pattern_ || (told_ && state_ == State::kNoDevice);
  const bool first = !std::exchange(told_, true);
  state_ = State::kNoDevice;
  netdev_.reset();
  noticed_ = false;
  DeviceNews news;
  if (!silent) {
    news.line = first ? name_ + ": waiting for the device" : state() + ", waiting for one";
  }
  return news;
}

CountRequest AttachedDevice::begin() {
  CountRequest request = FollowedDevice::begin();
  request.follow = true;
  request.attach.chain = request.attach.chain || state_ == State::kRebuilt;
  return request;
}

Result<DeviceNews> AttachedDevice::begun(const Result<Outcome> &outcome) {
  told_ = true;
  if (!outcome) {
    if (outcome.error().code == ENODEV) {
      return DeviceNews{}; // the next look finds out
    }
    // Where another program is there already, that is the reason: it is told once.
    const auto device = examine_device(name_);
    if (device && device->inspected && !device->programs.empty() && state_ == State::kNew) {
      netdev_ = device->netdev;
      state_ = State::kForeign;
      detail_ = quoted_programs(*device);
      noticed_ = false;
      return DeviceNews{"", {}, outcome.error(), false};
    }
    return Failure(outcome.error());
  }
  request_.reset = false;
  if (auto locked = take_lock(); !locked) {
    return Failure(locked.error());
  }
  noticed_ = true; // the next look finds out what runs where
  state_ = State::kCounting;
  return DeviceNews{outcome->done, outcome->notes, {}, false};
}

bool AttachedDevice::settled(const Netdev &netdev) const {
  return !noticed_ && (!lock_ || has_pins()) && netdev.program_id == netdev_->program_id &&
         netdev.hw_id == netdev_->hw_id &&
         (state_ != State::kCounting || (link_id_ == 0 || link_is_there(link_id_)));
}

// nullopt: another loader is at work.
Result<std::optional<DeviceNews>> AttachedDevice::settle() {
  const std::string before = name_;
  auto transaction = begin_change();
  if (!transaction && transaction.error().code == EWOULDBLOCK) {
    return std::nullopt;
  }
  if (!transaction) {
    return Failure(transaction.error());
  }
  if (lock_ && (!*transaction || !has_pins())) {
    return std::optional(end("its pins were removed"));
  }
  const auto device = examine_device(name_);
  if (!device && device.error().code != ENODEV) {
    return Failure(device.error());
  }
  if (!device || device->netdev.ifindex != netdev_->ifindex) {
    return std::nullopt; // renamed again just now
  }
  DevicePins *pins = *transaction && (*transaction)->pins.stats() ? &(*transaction)->pins : nullptr;
  if (pins != nullptr && pins->info().mode == XDP_STATS_MODE_OBSERVE) {
    return std::optional(end("it is counted by other means now"));
  }
  noticed_ = false;
  const auto program = pins != nullptr ? our_program(*device, *pins) : std::nullopt;
  auto news = program ? go_on(*pins, *device, *program) : stay_away(pins, *device);
  if (!news) {
    noticed_ = true;
    return Failure(news.error());
  }
  netdev_ = device->netdev;
  if (news->line.empty() && name_ != before) {
    news->line = before + ": is called '" + name_ + "' now, and so are its counters";
  }
  return std::optional(std::move(*news));
}

// What makes our program part of its chain.
Result<void> AttachedDevice::find_link(uint32_t netdev_program, uint32_t program) {
  link_id_ = 0;
  if (netdev_program == program) {
    return {};
  }
  const auto main = program_by_id(netdev_program);
  const auto components = main ? find_components(*main) : Failure(main.error());
  if (!components) {
    return Failure(components.error());
  }
  for (const Component &component : *components) {
    if (component.program.id == program) {
      link_id_ = component.link_id;
    }
  }
  return {};
}

Result<DeviceNews> AttachedDevice::go_on(DevicePins &pins, const DeviceState &device,
                                         uint32_t program) {
  if (auto locked = take_lock(); !locked) {
    return Failure(locked.error());
  }
  if (auto found = find_link(device.netdev.program_id, program); !found) {
    return Failure(found.error());
  }
  if (auto renewed = renew_info(pins, device, true); !renewed) {
    return Failure(renewed.error());
  }
  const bool again = state_ != State::kCounting;
  state_ = State::kCounting;
  in_chain_ = device.dispatcher;
  return DeviceNews{
      again ? name_ + ": counting again (" + info_summary(pins.info()) + ")" : "", {}, {}, false};
}

// Nothing of ours runs there.
Result<DeviceNews> AttachedDevice::stay_away(DevicePins *pins, const DeviceState &device) {
  if (state_ == State::kCounting && pins != nullptr) {
    // Whoever counts on learns from the record for how long nothing was counted.
    xdp_stats_info info = pins->info();
    info.checked_at = std::max<uint64_t>(info.checked_at, covered_until_);
    if (info.netdev_program_id == device.netdev.program_id) {
      info.flags |= XDP_STATS_INFO_NOT_COUNTING;
    }
    if (auto written = pins->write_info(info); !written) {
      return Failure(written.error());
    }
    if (in_chain_ && device.dispatcher && !device.programs.empty()) {
      state_ = State::kRebuilt;
      return DeviceNews{};
    }
  }
  const State before =
      std::exchange(state_, device.programs.empty() ? State::kStopped : State::kForeign);
  detail_ = quoted_programs(device);
  if (state_ == before) {
    return DeviceNews{};
  }
  return DeviceNews{name_ + ": stopped: " +
                        (state_ == State::kStopped
                             ? "its XDP program was detached"
                             : "it runs XDP program " + detail_ + " now, which is left alone"),
                    {"count it again with: xdp-stats-load --dev " + name_ + " --pin"},
                    {},
                    false};
}

} // namespace xdpstats
