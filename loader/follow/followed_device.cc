// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/followed_device.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "loader/observe/observation.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/info_writer.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// A program that cannot be observed now may be when memory is free again, or another tracing
// program is gone; each try costs some milliseconds.
constexpr uint64_t kRetryNs = 1'000'000'000;

// When a program was loaded, ns of CLOCK_BOOTTIME; 0 if it is gone.
uint64_t loaded_at(uint32_t program) {
  const UniqueFd fd(bpf_prog_get_fd_by_id(program));
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  return fd.valid() && bpf_obj_get_info_by_fd(fd.get(), &info, &length) == 0 ? info.load_time : 0;
}

bool runs_program(const std::optional<Netdev> &netdev) { return netdev && netdev->program_id != 0; }

std::string uncovered_text(uint64_t ns) {
  return ns == 0 ? "" : "; nothing was counted for at most " + duration_text(ns);
}

} // namespace

Result<FollowedDevice> FollowedDevice::start(const Options &options, const std::string &device,
                                             uint64_t began_at) {
  const PinPath path(options.pin_root, device);
  auto lock = FollowerLock::acquire(path);
  if (!lock) {
    if (lock.error().code == EWOULDBLOCK) {
      return failure("'" + device + "' is followed already, by another xdp-stats-load");
    }
    return Failure(lock.error());
  }
  FollowedDevice followed(path, std::move(*lock), device);
  const auto map = InfoMap::open(path.info_map);
  const auto info = map ? map->read() : Failure(map.error());
  if (!info) {
    return Failure(info.error());
  }
  if (info->counted_program_id != 0) {
    followed.netdev_ = Netdev{.ifindex = info->ifindex, .program_id = info->netdev_program_id};
  }
  followed.seen_at_ = began_at;
  followed.noticed_ = true;
  return followed;
}

void FollowedDevice::notice(const LinkEvent &event) {
  const Netdev &device = event.device.netdev;
  if (event.device.name == name_ || (netdev_ && device.ifindex == netdev_->ifindex)) {
    noticed_ = true;
    const bool other = !runs_program(netdev_) || device.program_id != netdev_->program_id;
    if (announced_ == 0 && !event.removed && other) {
      announced_ = device.program_id;
    }
  } else if (netdev_ && netdev_->attach_mode == XDP_STATS_ATTACH_NATIVE) {
    // A device joined a bond or left one, perhaps this one.
    noticed_ = true;
  }
}

bool FollowedDevice::settled(const std::optional<Netdev> &netdev) const {
  if (noticed_ || !lock_.holds(path_) || netdev.has_value() != netdev_.has_value()) {
    return false;
  }
  if (!failure_.empty() && boot_time_ns() >= retry_at_) {
    return false;
  }
  if (!netdev) {
    return true;
  }
  const bool same =
      netdev->ifindex == netdev_->ifindex && netdev->program_id == netdev_->program_id;
  // Whoever removed the observer by hand has it back.
  const bool observed =
      !runs_program(netdev_) || !failure_.empty() || ::access(path_.observer.c_str(), F_OK) == 0;
  return same && observed;
}

Result<FollowNews> FollowedDevice::check(ObserverCode &code) {
  const uint64_t asked = boot_time_ns();
  const auto netdev = read_netdev(name_);
  if (!netdev) {
    return Failure(netdev.error());
  }
  if (settled(*netdev)) {
    seen_at_ = asked;
    return FollowNews{};
  }
  return settle(code, asked);
}

// The verdicts since we last saw the device in order, or since the program that decides now was
// loaded, if that is later, are not ours.
void FollowedDevice::begin_uncovered(uint32_t program) {
  if (!uncovered_since_) {
    uncovered_since_ = std::max(seen_at_, loaded_at(announced_ != 0 ? announced_ : program));
  }
}

FollowNews FollowedDevice::end(const std::string &why) {
  return {name_ + ": " + why + ": it is not followed any more", true};
}

Result<FollowNews> FollowedDevice::settle(ObserverCode &code, uint64_t asked) {
  const auto lock = PinRootLock::acquire(path_.root, false);
  if (!lock && lock.error().code != ENOENT) {
    return Failure(lock.error());
  }
  if (!lock || !lock_.holds(path_)) {
    return end("its pins were removed");
  }
  auto pins = DevicePins::open(path_.root, name_);
  if (!pins) {
    return Failure(pins.error());
  }
  if (pins->info().mode != XDP_STATS_MODE_OBSERVE || !pins->stats()) {
    return end("it is counted by other means now");
  }
  if (auto ended = settle_interrupted_move(*pins); !ended) {
    return Failure(ended.error());
  }
  const auto netdev = read_netdev(name_);
  if (!netdev) {
    return Failure(netdev.error());
  }
  noticed_ = false;
  auto news = runs_program(*netdev) ? follow_program(code, *pins, **netdev) : rest(*pins, *netdev);
  if (failure_.empty() && news) {
    seen_at_ = std::max(seen_at_, asked);
  }
  return news;
}

Result<FollowNews> FollowedDevice::follow_program(ObserverCode &code, DevicePins &pins,
                                                  const Netdev &netdev) {
  begin_uncovered(netdev.program_id);
  const auto observation = observe_current(code, pins, name_, *pins.stats());
  if (!observation) {
    const auto now = read_netdev(name_);
    if (now && !runs_program(*now)) {
      return rest(pins, *now);
    }
    retry_at_ = boot_time_ns() + kRetryNs;
    netdev_ = netdev;
    if (auto released = release(pins); !released) {
      return Failure(released.error());
    }
    state_ = name_ + ": cannot observe its XDP program";
    return std::exchange(failure_, observation.error().message) == observation.error().message
               ? Result<FollowNews>(FollowNews{})
               : Failure(observation.error());
  }
  const bool moved = observation->began != 0;
  const bool missed = moved || announced_ != 0;
  const uint64_t until = moved ? observation->began : boot_time_ns();
  const uint64_t uncovered = missed && until > *uncovered_since_ ? until - *uncovered_since_ : 0;
  FollowNews news;
  if (!is_recorded(pins.info(), *observation) || uncovered != 0) {
    const bool counted_before = pins.info().attached_at != 0;
    if (auto written = pins.write_info(observation_record(pins.info(), name_, *observation,
                                                          pins.info().netns_inode,
                                                          XDP_STATS_INFO_FOLLOW, uncovered, false));
        !written) {
      return Failure(written.error());
    }
    news.line = name_ + (counted_before ? ": counting on (" : ": counting (") +
                record_summary(pins.info()) + ")" + uncovered_text(uncovered);
  }
  netdev_ = observation->netdev;
  state_ = name_ + ": observing '" + observation->target.function + "' (id " +
           std::to_string(observation->target.program_id) + ")";
  failure_.clear();
  announced_ = 0;
  uncovered_since_.reset();
  seen_at_ = until;
  return news;
}

// Lets the program go that was observed.
Result<void> FollowedDevice::release(DevicePins &pins) {
  if (auto withdrawn = withdraw_observer(pins); !withdrawn) {
    return withdrawn;
  }
  const xdp_stats_info &info = pins.info();
  if (info.netdev_program_id == 0 && info.counted_program_id == 0) {
    return {};
  }
  return pins.write_info(
      waiting_record(info, name_, info.netns_inode, XDP_STATS_INFO_FOLLOW, false));
}

Result<FollowNews> FollowedDevice::rest(DevicePins &pins, const std::optional<Netdev> &netdev) {
  if (auto released = release(pins); !released) {
    return Failure(released.error());
  }
  const std::string state = name_ + (netdev ? ": no XDP program now" : ": no such device now");
  FollowNews news;
  // The first time it has been told already, by who began to wait.
  if (!state_.empty() && state != state_) {
    news.line = state + ", waiting for one";
  }
  state_ = state;
  netdev_ = netdev;
  failure_.clear();
  announced_ = 0;
  uncovered_since_.reset();
  return news;
}

Result<void> FollowedDevice::stop() {
  const auto lock = PinRootLock::acquire(path_.root, false);
  if (!lock || !lock_.holds(path_)) {
    return {};
  }
  auto pins = DevicePins::open(path_.root, name_);
  if (!pins) {
    return Failure(pins.error());
  }
  xdp_stats_info info = pins->info();
  info.flags &= ~XDP_STATS_INFO_FOLLOW;
  return pins->write_info(info);
}

} // namespace xdpstats
