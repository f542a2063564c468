// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/transaction.h"

#include <cerrno>
#include <utility>

#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observer_pin.h"

namespace xdpstats {
namespace {

// An interrupted --reset left new counters beside the old: finish it if they are counted into
// already.
Result<void> settle_interrupted_reset(DevicePins &pins, const DeviceState &state) {
  if (!pins.staged()) {
    return {};
  }
  const uint32_t staged = pins.staged()->id;
  if (state.inspected && state.program_using(staged) != nullptr) {
    return pins.publish_staged();
  }
  const auto observed = observer_counts_into(pins, staged);
  if (!observed) {
    return Failure(observed.error());
  }
  if (*observed) {
    return pins.publish_staged();
  }
  pins.discard_staged();
  return {};
}

// A follower waits for a device that is not there yet.
Result<DeviceState> examine(const Options &options, const std::string &device) {
  auto state = examine_device(device);
  if (!state && state.error().code == ENODEV && options.follow) {
    DeviceState absent;
    absent.name = device;
    absent.inspected = true;
    return absent;
  }
  return state;
}

} // namespace

Result<Transaction> begin_transaction(const Options &options, const std::string &device) {
  if (const auto exists = examine(options, device); !exists) {
    return Failure(exists.error());
  }
  std::optional<gid_t> group;
  if (!options.group.empty()) {
    auto id = group_id(options.group);
    if (!id) {
      return Failure(id.error());
    }
    group = *id;
  }
  const auto netns = own_netns_inode();
  if (!netns) {
    return Failure(netns.error());
  }
  auto lock = PinRootLock::acquire(options.pin_root, true);
  if (!lock) {
    return Failure(lock.error());
  }
  auto state = examine(options, device);
  if (!state) {
    return Failure(state.error());
  }
  auto pins = DevicePins::open(options.pin_root, device);
  if (!pins) {
    return Failure(pins.error());
  }
  if (auto free = check_namespace(*pins, device); !free) {
    return Failure(free.error());
  }
  if (auto settled = settle_interrupted_move(*pins); !settled) {
    return Failure(settled.error());
  }
  // Before an interrupted reset is settled: its counters tell what is ours.
  if (auto removed = remove_dead_dispatchers(*pins); !removed) {
    return Failure(removed.error());
  }
  if (auto settled = settle_interrupted_reset(*pins, *state); !settled) {
    return Failure(settled.error());
  }
  const auto own = own_program(*state, *pins);
  const bool restart = options.reset && pins->stats().has_value();
  return Transaction{std::move(*lock), std::move(*state), std::move(*pins), *netns, group, own,
                     restart};
}

Result<void> prepare_counters(Transaction &transaction, std::optional<MapKind> kind) {
  DevicePins &pins = transaction.pins;
  auto prepared = transaction.restart ? pins.stage_new_counters(kind.value_or(MapKind::kPerCpu))
                                      : pins.create_missing(kind);
  if (prepared && transaction.group) {
    prepared = pins.give_to_group(*transaction.group);
  }
  return prepared;
}

Result<void> record(Transaction &transaction, const xdp_stats_info &info) {
  DevicePins &pins = transaction.pins;
  const xdp_stats_info former = pins.info();
  auto done = pins.write_info(info);
  // Publishing comes last, as it cannot be taken back.
  if (done && transaction.restart) {
    done = pins.publish_staged();
    if (!done) {
      static_cast<void>(pins.write_info(former));
    }
  }
  return done;
}

} // namespace xdpstats
