// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/status.h"

#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "base/text.h"
#include "formats/json.h"
#include "loader/attach/device_state.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observe_target.h"
#include "loader/pins/device_pins.h"
#include "loader/pins/follower_lock.h"
#include "loader/pins/info_writer.h"
#include "loader/pins/pin_root_lock.h"
#include "pinning/info_record.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// To the second, for people: the JSON has the nanoseconds.
std::string utc_second(uint64_t ns) { return utc_time(ns).substr(0, 19) + "Z"; }

bool is_observed(const DeviceSample &sample) {
  return sample.info && sample.info->mode == XDP_STATS_MODE_OBSERVE;
}

// The kernel's answer to who counts, where we have the privilege to ask; else the verdict as it is.
CountingVerdict ask_kernel(const DeviceSample &sample) {
  const CountingVerdict &verdict = sample.verdict;
  const auto state = examine_device(sample.name);
  if (!state || !state->inspected ||
      (sample.info->ifindex != 0 && state->netdev.ifindex != sample.info->ifindex)) {
    return verdict;
  }
  if (!is_observed(sample)) {
    if (state->program_using(sample.map_id) != nullptr) {
      return {CountingState::kCounting, ""};
    }
    switch (verdict.state) {
    case CountingState::kCounting:
      return {CountingState::kStopped, "its program was taken out of the chain"};
    case CountingState::kUnknown:
      return {CountingState::kStale, "the device runs " + quoted_programs(*state) + " now"};
    case CountingState::kStopped:
    case CountingState::kStale:
      return verdict;
    }
  }
  const auto target = find_observe_target(sample.name, state->netdev);
  if (!target) {
    return verdict.state == CountingState::kStopped
               ? CountingVerdict{verdict.state, target.error().message}
               : verdict;
  }
  if (target->program_id == sample.info->counted_program_id) {
    return verdict.state == CountingState::kStopped ? verdict
                                                    : CountingVerdict{CountingState::kCounting, ""};
  }
  return verdict.state == CountingState::kStopped
             ? verdict
             : CountingVerdict{CountingState::kStale,
                               "its verdicts come from program id " +
                                   std::to_string(target->program_id) + " now, not id " +
                                   std::to_string(sample.info->counted_program_id)};
}

// Readers without privilege see program ids only, and these do not tell that the link of a chain's
// only program is gone. So it is written into the record. If that fails, the next --status tries.
void tell_readers(const std::string &pin_root, const std::string &device) {
  const auto lock = PinRootLock::acquire(pin_root, false);
  auto pins = lock ? DevicePins::open(pin_root, device) : Failure(lock.error());
  if (!pins || (pins->info().flags & XDP_STATS_INFO_NOT_COUNTING) != 0) {
    return;
  }
  xdp_stats_info info = pins->info();
  info.flags |= XDP_STATS_INFO_NOT_COUNTING;
  static_cast<void>(pins->write_info(info));
}

// A device in another namespace, or one that is gone, cannot be looked at. One that a follower
// waits for has no number yet.
bool can_be_asked(const DeviceSample &sample, const Result<NetworkView> &network) {
  const bool awaited = network && is_observed(sample) && sample.info->counted_program_id == 0 &&
                       is_in(*sample.info, network->netns) &&
                       network->devices.contains(sample.name);
  return sample.info && (awaited || present_name(*sample.info, network).has_value()) &&
         !(is_observed(sample) && sample.verdict.state == CountingState::kStale);
}

} // namespace

Result<DeviceStatus> device_status(const std::string &pin_root, const std::string &device,
                                   const Result<NetworkView> &network) {
  const PinPath path(pin_root, device);
  const auto map = StatsMap::open(path.stats_map);
  auto sample = map ? DeviceReader(pin_root).read(device, network) : Failure(map.error());
  if (!sample) {
    if (sample.error().code == ENOENT) {
      return Failure(Error{"'" + device + "' is not counted",
                           "count it with: xdp-stats-load --dev " + device + " --pin", ENOENT});
    }
    return Failure(sample.error());
  }
  if (can_be_asked(*sample, network)) {
    auto verdict = ask_kernel(*sample);
    if (sample->verdict.state == CountingState::kCounting &&
        verdict.state != CountingState::kCounting) {
      tell_readers(pin_root, device);
    }
    sample->verdict = std::move(verdict);
  }
  bool keeps_program = false;
  if (is_observed(*sample)) {
    // If we may not look into the directory, we believe the record.
    const bool gone = ::access(path.observer.c_str(), F_OK) != 0 && errno == ENOENT;
    if (gone && sample->verdict.state == CountingState::kCounting) {
      sample->verdict = {CountingState::kStopped, "its observer was removed"};
    }
    keeps_program = !gone && (sample->verdict.state == CountingState::kStale ||
                              sample->verdict.state == CountingState::kStopped);
  }
  // A killed follower has left its flag in the record, but its lock is free.
  const bool followed = sample->info && (sample->info->flags & XDP_STATS_INFO_FOLLOW) != 0 &&
                        is_followed(path).value_or(true);
  return DeviceStatus{std::move(*sample), path.stats_map, map->kind(), keeps_program, followed};
}

std::string status_text(const DeviceStatus &status) {
  std::ostringstream text;
  text << status.sample.name << ": " << state_name(status.sample.verdict.state);
  if (!status.sample.verdict.reason.empty()) {
    text << " (" << status.sample.verdict.reason << ")";
  }
  const xdp_stats_info info = status.sample.info.value_or(xdp_stats_info{});
  if (info.mode != XDP_STATS_MODE_NONE) {
    text << "\n  mode       " << mode_name(info.mode) << ", " << attach_mode_name(info.attach_mode)
         << (status.followed ? ", followed" : "") << "\n  program    "
         << (info.counted_program_id == 0
                 ? "none yet"
                 : std::string(info.program) + ", id " + std::to_string(info.counted_program_id))
         << "\n  counting   since " << utc_second(info.created_at);
    if (info.attached_at != 0 && info.attached_at != info.created_at) {
      text << ", by this program since " << utc_second(info.attached_at);
    }
    text << "\n  uncovered  "
         << (info.uncovered_ns == 0 ? "nothing that was noticed" : duration_text(info.uncovered_ns))
         << " in " << info.changes << (info.changes == 1 ? " change" : " changes");
    if (status.keeps_program) {
      text << "\n  keeps      " << info.program << ", id " << info.counted_program_id
           << ", loaded until the device is observed again or unloaded";
    }
  }
  text << "\n  map        " << status.map_path << " ("
       << (status.map_kind == MapKind::kShared ? "array" : "percpu") << ", id "
       << status.sample.map_id << ")";
  return text.str();
}

std::string status_json(const std::vector<DeviceStatus> &statuses) {
  Json all = Json::array();
  for (const DeviceStatus &status : statuses) {
    Json one = json_of(status.sample);
    const auto &info = status.sample.info;
    one["netns_inode"] = info ? Json(info->netns_inode) : Json();
    one["follow"] = status.followed;
    one["keeps_program"] = status.keeps_program;
    one["map"] = {{"path", printable(status.map_path)},
                  {"kind", status.map_kind == MapKind::kShared ? "array" : "percpu"}};
    all.push_back(std::move(one));
  }
  return all.dump(2);
}

} // namespace xdpstats
