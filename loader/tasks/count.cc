// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/count.h"

#include <optional>

#include "loader/attach/attach.h"
#include "loader/attach/counting_object.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observation.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/info_writer.h"
#include "loader/system/capabilities.h"
#include "loader/tasks/transaction.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// The default does not guess what to do with somebody else's program.
Result<void> check_foreign(const DeviceState &state, const Options &options) {
  const bool occupied = state.netdev.program_id != 0 || state.netdev.hw_id != 0;
  if (!occupied || options.chain) {
    return {};
  }
  return failure("cannot attach to '" + state.name + "': it already runs XDP program " +
                     quoted_programs(state),
                 std::string("--observe counts its verdicts") +
                     (options.source == Source::kBuiltin
                          ? "; --chain runs the built-in counter in front of it, where libxdp's "
                            "dispatcher is in use"
                          : ""));
}

bool counts_already(const Options &options, const DeviceState &state, const DevicePins &pins,
                    const CountingObject &object, uint32_t own_id) {
  const xdp_stats_info &info = pins.info();
  const __u32 mode =
      options.source == Source::kProgram ? XDP_STATS_MODE_PROGRAM : XDP_STATS_MODE_BUILTIN;
  // Without a dispatcher there are no places.
  const auto place = program_priority(state, own_id);
  const bool in_place = !options.priority || !place || *options.priority == *place;
  return in_place && !options.reset && info.mode == mode && info.build_id == object.build_id &&
         info.counted_program_id == own_id && info.ifindex == state.netdev.ifindex;
}

NewCounter describe(const Options &options, const Transaction &transaction,
                    const CountingObject &object, const Attachment &attachment) {
  NewCounter counter;
  counter.mode =
      options.source == Source::kProgram ? XDP_STATS_MODE_PROGRAM : XDP_STATS_MODE_BUILTIN;
  counter.device = transaction.state.name;
  counter.netdev = attachment.netdev;
  counter.attach_mode = options.mode == AttachMode::kHw ? static_cast<__u32>(XDP_STATS_ATTACH_HW)
                                                        : attachment.netdev.attach_mode;
  counter.program_id = attachment.program_id;
  counter.program_name = attachment.program_name;
  counter.netns_inode = transaction.netns_inode;
  counter.build_id = object.build_id;
  counter.uncovered_ns = attachment.uncovered_ns;
  return counter;
}

Result<CountingObject> open_object(const Options &options, const DevicePins &pins) {
  if (options.source == Source::kProgram) {
    return open_user_program(options.program);
  }
  const MapKind kept = pins.stats() && !options.reset ? pins.stats()->kind : MapKind::kPerCpu;
  return open_builtin(options.map_kind.value_or(kept));
}

Result<void> check_mode(const Options &options, const DeviceState &state) {
  if (options.mode == AttachMode::kAuto ||
      static_cast<uint32_t>(options.mode) == state.netdev.attach_mode) {
    return {};
  }
  return failure("cannot change the mode of '" + state.name + "': it is counted in " +
                     attach_mode_name(state.netdev.attach_mode) + " mode",
                 "stop first, which loses the counters: xdp-stats-load --dev " + state.name +
                     " --unload");
}

// Readers compare with the id recorded, and a dispatcher that was rebuilt has a new one.
Result<void> renew_record(DevicePins &pins, const DeviceState &state) {
  xdp_stats_info info = pins.info();
  if (info.netdev_program_id == state.netdev.program_id) {
    return {};
  }
  info.netdev_program_id = state.netdev.program_id;
  return pins.write_info(info);
}

// A swap that failed has put the former counter back.
void settle_failed_swap(DevicePins &pins, const std::string &device, std::optional<uint32_t> own) {
  const auto state = own ? examine_device(device) : Failure(Error{});
  if (state && own_program(*state, pins) == own) {
    static_cast<void>(renew_record(pins, *state));
  }
}

Result<Outcome> count_with_program(const Options &options, Transaction &transaction) {
  const std::string &name = transaction.state.name;
  const std::optional<uint32_t> own = transaction.own;
  const bool restart = transaction.restart;
  const DeviceState &state = transaction.state;
  DevicePins &pins = transaction.pins;
  if (auto allowed = own ? check_mode(options, state) : check_foreign(state, options); !allowed) {
    return Failure(allowed.error());
  }
  auto object = open_object(options, pins);
  if (!object) {
    return Failure(object.error());
  }
  const MapKind kind = restart ? options.map_kind.value_or(object->map_kind) : object->map_kind;
  if (auto prepared = prepare_counters(transaction, kind); !prepared) {
    return Failure(prepared.error());
  }
  const std::string at = "; counters at " + pins.path().stats_map;
  if (own && counts_already(options, state, pins, *object, *own)) {
    // Somebody joined or left the dispatcher.
    if (auto renewed = renew_record(pins, state); !renewed) {
      return Failure(renewed.error());
    }
    pins.commit();
    return Outcome{name + ": already counting (" + record_summary(pins.info()) + ")" + at, {}};
  }

  if (auto handed = object->use_counters(transaction.counters().fd.get()); !handed) {
    return Failure(handed.error());
  }
  // An observer would count every frame a second time.
  auto suspended = SuspendedObserver::suspend(pins);
  if (!suspended) {
    return Failure(suspended.error());
  }
  const AttachRequest request{options.mode, options.priority, options.chain};
  const auto attachment = own ? replace_program(state, *own, *object, request)
                              : attach_program(state, *object, request);
  if (!attachment) {
    // A device that went just after it was attached leaves its dispatcher behind.
    static_cast<void>(remove_dead_dispatchers(pins));
    settle_failed_swap(pins, name, own);
    return Failure(attachment.error());
  }
  const auto recorded = record(
      transaction,
      next_record(pins.info(), describe(options, transaction, *object, *attachment), restart));
  if (!recorded) {
    if (own) {
      static_cast<void>(restore_program(state, *own, *object, attachment->program_id));
    } else if (const auto after = examine_device(name)) {
      static_cast<void>(detach_program(*after, attachment->program_id));
    }
    settle_failed_swap(pins, name, own);
    return Failure(recorded.error());
  }
  suspended->forget();
  if (auto withdrawn = withdraw_observer(pins); !withdrawn) {
    return Failure(withdrawn.error());
  }
  pins.commit();

  Outcome outcome;
  const char *verb =
      !own ? ": counting ("
           : (restart ? ": counting from zero (" : ": counting on with a new program (");
  outcome.done = name + verb + record_summary(pins.info()) + ")" + at;
  if (!attachment->dispatcher) {
    outcome.notes.push_back(name + ": attached without libxdp's dispatcher, so no second XDP "
                                   "program can join it");
  }
  if (attachment->uncovered_ns != 0 && !restart) {
    outcome.notes.push_back(name + ": nothing was counted for " +
                            std::to_string(attachment->uncovered_ns / 1000) +
                            " microseconds while the dispatcher was rebuilt");
  }
  return outcome;
}

} // namespace

Result<Outcome> count_device(const Options &options, const std::string &device) {
  const bool observe = options.source == Source::kObserve;
  // Whatever is observed is found by its id.
  const auto allowed =
      observe ? require_capabilities({CAP_SYS_ADMIN}, "observe an XDP program")
              : require_capabilities({CAP_NET_ADMIN, CAP_BPF}, "attach an XDP program");
  if (!allowed) {
    return Failure(allowed.error());
  }
  if (!options.group.empty()) {
    if (auto may = require_capabilities({CAP_CHOWN}, "give counters to a group"); !may) {
      return Failure(may.error());
    }
  }
  auto transaction = begin_transaction(options, device);
  if (!transaction) {
    return Failure(transaction.error());
  }
  return observe ? observe_device(options, *transaction)
                 : count_with_program(options, *transaction);
}

} // namespace xdpstats
