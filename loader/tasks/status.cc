// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/status.h"

#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "base/text.h"
#include "formats/json.h"
#include "loader/attach/device_state.h"
#include "loader/pins/follower_lock.h"
#include "loader/pins/info_writer.h"
#include "pinning/info_record.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// To the second, for people: the JSON has the nanoseconds.
std::string utc_second(uint64_t ns) { return utc_time(ns).substr(0, 19) + "Z"; }

bool is_observed(const DeviceSample &sample) {
  return sample.info && sample.info->mode == XDP_STATS_MODE_OBSERVE;
}

// With the privilege to look at programs we know more than the ids: a dispatcher that was rebuilt
// has a new id, but still runs our program.
void refine(DeviceSample &sample) {
  if (sample.verdict.state != CountingState::kStale || is_observed(sample)) {
    return;
  }
  const auto state = examine_device(sample.name);
  if (state && state->inspected && state->program_using(sample.map_id) != nullptr) {
    sample.verdict = {CountingState::kCounting, ""};
  }
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
  refine(*sample);
  bool keeps_program = false;
  if (is_observed(*sample)) {
    // Where we may not look into the directory we take the record's word for it.
    const bool gone = ::access(path.observer.c_str(), F_OK) != 0 && errno == ENOENT;
    if (gone && sample->verdict.state == CountingState::kCounting) {
      sample->verdict = {CountingState::kStopped, "its observer was removed"};
    }
    keeps_program = !gone && (sample->verdict.state == CountingState::kStale ||
                              sample->verdict.state == CountingState::kStopped);
  }
  // A killed follower left its mark in the record, but not its lock.
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
    one["map"] = {{"path", valid_utf8(status.map_path)},
                  {"kind", status.map_kind == MapKind::kShared ? "array" : "percpu"}};
    all.push_back(std::move(one));
  }
  return all.dump(2);
}

} // namespace xdpstats
