// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/counter_change.h"

#include <utility>

#include "base/clock.h"
#include "loader/pins/info_writer.h"

namespace xdpstats {

Result<std::optional<gid_t>> group_of(const CountRequest &request) {
  if (request.group.empty()) {
    return std::nullopt;
  }
  const auto id = group_id(request.group);
  return id ? Result<std::optional<gid_t>>(*id) : Failure(id.error());
}

Result<CounterChange> begin_change(const CountRequest &request, const std::string &device) {
  const auto exists = find_device(device);
  if (!exists) {
    return Failure(exists.error());
  }
  const bool may_be_absent = request.follow && request.source == Source::kObserve;
  if (!*exists && !may_be_absent) {
    return no_such_device(device);
  }
  const auto group = group_of(request);
  if (!group) {
    return Failure(group.error());
  }
  auto transaction =
      begin_transaction({request.pin_root, device, PinRoot::kCreate, Look::kEverything});
  if (!transaction) {
    return Failure(transaction.error());
  }
  std::optional<DeviceState> state = std::move((*transaction)->state);
  if (!state && !may_be_absent) {
    return no_such_device(device);
  }
  if (!state) {
    state.emplace();
    state->name = device;
    state->inspected = true;
  }
  const bool restart = (request.reset || (*transaction)->belongs_to_another()) &&
                       (*transaction)->pins.stats().has_value();
  return CounterChange{std::move(**transaction), std::move(*state), *group, restart};
}

std::vector<std::string> notes_of(const CounterChange &change) {
  const Whereabouts &counted = change.transaction.counted;
  if (!change.transaction.belongs_to_another()) {
    return {};
  }
  const bool seen = counted.place == Whereabouts::Place::kElsewhere;
  return {change.state.name + ": these are new counters: the device that was counted under this " +
          "name is now " +
          (seen ? "'" + counted.name + "' in network namespace " + counted.netns.path
                : "in a network namespace that cannot be seen from here") +
          ", and its XDP program (id " + std::to_string(counted.program_id) + ") stays there"};
}

Result<void> prepare_counters(CounterChange &change, std::optional<MapKind> kind) {
  DevicePins &pins = change.pins();
  auto prepared = change.restart ? pins.stage_new_counters(kind.value_or(MapKind::kPerCpu))
                                 : pins.create_missing(kind);
  if (prepared && change.group) {
    prepared = pins.give_to_group(*change.group);
  }
  return prepared;
}

Result<void> write_info(CounterChange &change, const xdp_stats_info &info) {
  auto done = change.pins().write_info(info);
  // Publishing comes last, as it cannot be taken back.
  return done && change.restart ? change.pins().publish_staged() : done;
}

void undo_change(CounterChange &change, const xdp_stats_info &record) {
  DevicePins &pins = change.pins();
  pins.roll_back();
  if (pins.info().generation != record.generation && pins.stats()) {
    static_cast<void>(pins.write_info(record));
  }
}

Result<void> renew_info(DevicePins &pins, const DeviceState &state, bool followed) {
  xdp_stats_info info = pins.info();
  const uint32_t dispatcher = state.dispatcher ? XDP_STATS_INFO_DISPATCHER : 0U;
  const uint32_t looked_at =
      XDP_STATS_INFO_DISPATCHER | XDP_STATS_INFO_NOT_COUNTING | kFollowedFlags;
  const uint32_t flags = (info.flags & ~looked_at) | dispatcher | (followed ? kFollowedFlags : 0U);
  if (info.netdev_program_id == state.netdev.program_id && info.flags == flags) {
    return {};
  }
  info.netdev_program_id = state.netdev.program_id;
  info.flags = flags;
  info.checked_at = realtime_ns();
  return pins.write_info(info);
}

} // namespace xdpstats
