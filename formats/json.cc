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
    actions[kActionNames[action]] = {{"packets", sample.counters[action].packets},
                                     {"bytes", sample.counters[action].bytes}};
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
