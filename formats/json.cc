// SPDX-License-Identifier: BSD-2-Clause
#include "formats/json.h"

#include "base/text.h"

namespace xdpstats {
namespace {

Json time_or_null(uint64_t ns) { return ns == 0 ? Json() : Json(utc_time(ns)); }

void add_info(Json &object, const std::optional<xdp_stats_info> &info) {
  if (!info) {
    for (const char *key : {"mode", "program", "attach_mode", "ifindex", "netdev_program_id",
                            "counted_program_id", "since", "attached", "changes", "uncovered_ns"}) {
      object[key] = nullptr;
    }
    return;
  }
  object["mode"] = mode_name(info->mode);
  object["program"] = printable(info->program);
  object["attach_mode"] = attach_mode_name(info->attach_mode);
  object["ifindex"] = info->ifindex;
  object["netdev_program_id"] = info->netdev_program_id;
  object["counted_program_id"] = info->counted_program_id;
  object["since"] = time_or_null(info->created_at);
  object["attached"] = time_or_null(info->attached_at);
  object["changes"] = info->changes;
  object["uncovered_ns"] = info->uncovered_ns;
}

Json numbers(const xdp_stats_record &record) {
  return {{"packets", record.packets}, {"bytes", record.bytes}};
}

// The CPUs that have seen the action, by number. Null if all CPUs share the counters.
Json by_cpu(const DeviceSample &sample, size_t action) {
  if (!sample.cpus) {
    return nullptr;
  }
  Json cpus = Json::object();
  for (const auto &[cpu, counters] : *sample.cpus) {
    if (has_counted(counters[action])) {
      cpus[std::to_string(cpu)] = numbers(counters[action]);
    }
  }
  return cpus;
}

// What became of frames with this verdict. Null if nobody counts that.
Json lost_of(const DeviceSample &sample, uint32_t action) {
  if (!sample.losses) {
    return nullptr;
  }
  Json reasons = Json::object();
  for (const LostFrames &lost : *sample.losses) {
    if (lost.action == action) {
      reasons[loss_reason(lost.error)] = lost.packets;
    }
  }
  return {{"packets", lost_packets(*sample.losses, action)}, {"reasons", std::move(reasons)}};
}

} // namespace

Json json_of(const DeviceSample &sample) {
  Json object;
  object["device"] = printable(sample.name);
  object["state"] = state_name(sample.verdict.state);
  object["reason"] = printable(sample.verdict.reason);
  add_info(object, sample.info);
  object["map_id"] = sample.map_id;
  Json &actions = object["actions"];
  for (size_t action = 0; action < kActionCount; ++action) {
    Json &object_of_action = actions[kActionNames[action]];
    object_of_action = numbers(sample.counters[action]);
    if (sample.per_cpu) {
      object_of_action["cpus"] = by_cpu(sample, action);
    }
  }
  for (const uint32_t action : kLossActions) {
    actions[kActionNames[action]]["lost"] = lost_of(sample, action);
  }
  return object;
}

std::string render_json_lines(const std::vector<DeviceSample> &samples, uint64_t now) {
  std::string lines;
  for (const auto &sample : samples) {
    Json object = {{"time", utc_time(now)}};
    object.update(json_of(sample));
    lines += object.dump() + "\n";
  }
  return lines;
}

} // namespace xdpstats
