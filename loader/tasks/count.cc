// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/count.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/clock.h"

#include "loader/attach/attached_counter.h"
#include "loader/attach/counting_object.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/losses/device_losses.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/follower_lock.h"
#include "loader/pins/info_writer.h"
#include "loader/system/capabilities.h"
#include "loader/tasks/counter_change.h"
#include "loader/tasks/failed_change.h"
#include "loader/tasks/observe_device.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// The default does not guess what to do with somebody else's program.
Result<void> check_foreign(const DeviceState &state, const CountRequest &request) {
  const bool occupied = state.netdev.program_id != 0 || state.netdev.hw_id != 0;
  if (!occupied || request.attach.chain) {
    return {};
  }
  const bool has_types =
      std::all_of(state.programs.begin(), state.programs.end(),
                  [](const ProgramInfo &program) { return program.has_types(); });
  const std::string what = "cannot attach to '" + state.name + "': it already runs XDP program " +
                           quoted_programs(state);
  if (!has_types) {
    return failure(what, kTypesHint);
  }
  return failure(what,
                 std::string("--observe counts its verdicts") +
                     (request.source == Source::kBuiltin
                          ? "; --chain runs the built-in counter in front of it, where libxdp's "
                            "dispatcher is in use"
                          : ""));
}

uint32_t info_mode(Source source) {
  switch (source) {
  case Source::kBuiltin:
    return XDP_STATS_MODE_BUILTIN;
  case Source::kObserve:
    return XDP_STATS_MODE_OBSERVE;
  case Source::kProgram:
    return XDP_STATS_MODE_PROGRAM;
  }
  return XDP_STATS_MODE_NONE;
}

// A follower keeps a device although somebody runs the command without --follow.
bool is_to_be_followed(const CountRequest &request, const DevicePins &pins) {
  return request.follow || is_followed(pins.path()).value_or(false);
}

bool counts_already(const CountRequest &request, const CounterChange &change,
                    const CountingObject &object, std::optional<unsigned> place) {
  const xdp_stats_info &info = change.transaction.pins.info();
  // Without a dispatcher a program has no place, and every one will do.
  const bool in_place = !request.attach.priority || !place || *request.attach.priority == *place;
  return in_place && !request.reset && info.mode == info_mode(request.source) &&
         info.build_id == object.build_id && info.counted_program_id == change.transaction.ours &&
         info.ifindex == change.state.netdev.ifindex && is_in(info, change.transaction.here.netns);
}

// For how long, at most, frames went uncounted before: while a dispatcher was rebuilt; or, where
// nothing of ours ran, since counting was last known to be in order.
uint64_t uncovered_before(const CountRequest &request, const CounterChange &change,
                          const Attachment &attachment) {
  const xdp_stats_info &info = change.transaction.pins.info();
  if (change.transaction.ours || change.restart ||
      (info.attached_at == 0 && request.covered_until == 0)) {
    return attachment.uncovered_ns;
  }
  const uint64_t known =
      std::max<uint64_t>({info.attached_at, info.checked_at, request.covered_until});
  const uint64_t now = realtime_ns();
  return now > known ? now - known : 0;
}

NewCounter new_counter(const CountRequest &request, const CounterChange &change,
                       const CountingObject &object, const Attachment &attachment) {
  NewCounter counter;
  counter.mode = info_mode(request.source);
  counter.device = change.state.name;
  counter.netdev = attachment.netdev;
  counter.attach_mode = request.attach.mode == AttachMode::kHw
                            ? static_cast<__u32>(XDP_STATS_ATTACH_HW)
                            : attachment.netdev.attach_mode;
  counter.program_id = attachment.program_id;
  counter.program_name = attachment.program_name;
  counter.netns = change.transaction.here.netns;
  counter.build_id = object.build_id;
  counter.flags = (attachment.dispatcher ? XDP_STATS_INFO_DISPATCHER : 0U) |
                  (is_to_be_followed(request, change.transaction.pins) ? kFollowedFlags : 0U);
  counter.uncovered_ns = uncovered_before(request, change, attachment);
  return counter;
}

Result<CountingObject> open_object(const CountRequest &request, const DevicePins &pins) {
  if (request.source == Source::kProgram) {
    return request.program_file ? open_user_program(*request.program_file)
                                : open_user_program(request.program);
  }
  const MapKind kept = pins.stats() && !request.reset ? pins.stats()->kind : MapKind::kPerCpu;
  return open_builtin(request.map_kind.value_or(kept));
}

Result<void> check_mode(const CountRequest &request, const DeviceState &state) {
  if (request.attach.mode == AttachMode::kAuto ||
      static_cast<uint32_t>(request.attach.mode) == state.netdev.attach_mode) {
    return {};
  }
  return failure("cannot change the mode of '" + state.name + "': it is counted in " +
                     attach_mode_name(state.netdev.attach_mode) + " mode",
                 "stop first, which loses the counters: xdp-stats-load --dev " + state.name +
                     " --unload");
}

Result<std::optional<AttachedCounter>> open_former(const CounterChange &change) {
  if (!change.transaction.ours) {
    return std::nullopt;
  }
  auto former = AttachedCounter::open(change.state, *change.transaction.ours);
  return former ? Result<std::optional<AttachedCounter>>(std::move(*former))
                : Failure(former.error());
}

Outcome outcome_of(const CountRequest &request, const CounterChange &change,
                   const Attachment &attachment, bool replaced, uint64_t uncovered_ns,
                   const DevicePins &pins) {
  const std::string &name = change.state.name;
  const char *verb = !replaced ? ": counting ("
                               : (change.restart ? ": counting from zero ("
                                                 : ": counting on with a new program (");
  Outcome outcome{name + verb + info_summary(pins.info()) + "); counters at " +
                      pins.path().stats_map,
                  notes_of(change)};
  if (!attachment.dispatcher && !request.follow) {
    outcome.notes.push_back(name + ": attached without libxdp's dispatcher, so no second XDP "
                                   "program can join it");
  }
  if (replaced && attachment.uncovered_ns != 0 && !change.restart) {
    outcome.notes.push_back(name + ": nothing was counted for " +
                            std::to_string(attachment.uncovered_ns / 1000) +
                            " microseconds while the dispatcher was rebuilt");
  }
  if (!replaced && uncovered_ns != 0) {
    outcome.notes.push_back(name + ": before that nothing was counted for at most " +
                            duration_text(uncovered_ns));
  }
  return outcome;
}

Result<Outcome> count_with_program(const CountRequest &request, CounterChange &change) {
  const DeviceState &state = change.state;
  DevicePins &pins = change.pins();
  const bool runs_ours = change.transaction.ours.has_value();
  if (auto allowed = runs_ours ? check_mode(request, state) : check_foreign(state, request);
      !allowed) {
    return Failure(allowed.error());
  }
  auto object = open_object(request, pins);
  if (!object) {
    return Failure(object.error());
  }
  const MapKind kind =
      change.restart ? request.map_kind.value_or(object->map_kind) : object->map_kind;
  if (auto prepared = prepare_counters(change, kind); !prepared) {
    return Failure(prepared.error());
  }
  const auto former = open_former(change);
  const auto place = former && *former ? (*former)->priority() : std::nullopt;
  if (runs_ours && counts_already(request, change, *object, place)) {
    // The id may have changed because somebody joined or left the dispatcher; and an earlier run
    // may have left the pin of an observer.
    auto renewed = renew_info(pins, state, is_to_be_followed(request, pins));
    if (renewed) {
      renewed = withdraw_observer(pins);
    }
    if (!renewed) {
      return Failure(renewed.error());
    }
    pins.commit();
    return Outcome{state.name + ": already counting (" + info_summary(pins.info()) +
                       "); counters at " + pins.path().stats_map,
                   {}};
  }
  // Without CAP_SYS_ADMIN a counter can be recognised, but not replaced.
  if (!former) {
    return Failure(former.error());
  }
  if (auto handed = object->use_counters(change.counters().fd.get()); !handed) {
    return Failure(handed.error());
  }
  // An observer would count every frame a second time.
  auto suspended = SuspendedObserver::suspend(pins);
  if (!suspended) {
    return Failure(suspended.error());
  }
  // What the undo will need is opened before there is anything to undo.
  const auto undo = UndoSwitch::open(state.netdev.ifindex);
  if (!undo) {
    return Failure(undo.error());
  }
  const xdp_stats_info record_before = pins.info();
  const auto attachment = *former ? (*former)->replace_by(*object, request.attach, pins, *undo)
                                  : attach_program(state, *object, request.attach, pins);
  if (!attachment) {
    // If the device disappeared just after attaching, libxdp's pins of its dispatcher stay.
    static_cast<void>(remove_dead_dispatchers(pins));
    return failed_change(change, *former, record_before, attachment.error(),
                         pins.kept() ? what_is_left(change, *former) : Left::kFormer);
  }
  const NewCounter counter = new_counter(request, change, *object, *attachment);
  const auto written = write_info(change, next_info(pins.info(), counter, change.restart));
  if (!written) {
    return failed_change(change, *former, record_before, written.error(),
                         take_back(*undo, *attachment, *object, *former));
  }
  suspended->forget();
  pins.commit();
  if (auto withdrawn = withdraw_observer(pins); !withdrawn) {
    Error error = withdrawn.error();
    error.stands = "'" + state.name + "' is counted, but the pin of its former observer is left";
    return Failure(error);
  }
  return outcome_of(request, change, *attachment, former->has_value(), counter.uncovered_ns, pins);
}

// What is counted beside the verdicts. They are counted by now, and stay so if this fails.
void count_more(const CountRequest &request, CounterChange &change, Outcome &outcome) {
  const auto settled = settle_losses(change.pins(), {request.losses, change.restart});
  if (!settled) {
    outcome.notes.push_back(change.state.name +
                            ": its lost frames are not counted: " + settled.error().message);
  }
}

} // namespace

Result<void> check_request(const CountRequest &request) {
  // The program to observe is looked up by its id, which takes CAP_SYS_ADMIN.
  auto allowed = request.source == Source::kObserve
                     ? require_capabilities({CAP_SYS_ADMIN}, "observe an XDP program")
                     : require_capabilities({CAP_NET_ADMIN, CAP_BPF}, "attach an XDP program");
  if (allowed && !request.group.empty()) {
    allowed = require_capabilities({CAP_CHOWN}, "give counters to a group");
  }
  if (!allowed) {
    return allowed;
  }
  const auto group = group_of(request);
  return group ? Result<void>{} : Failure(group.error());
}

Result<Outcome> count_device(const CountRequest &request, const std::string &device) {
  if (auto checked = check_request(request); !checked) {
    return Failure(checked.error());
  }
  auto change = begin_change(request, device);
  if (!change) {
    return Failure(change.error());
  }
  auto outcome = request.source == Source::kObserve ? observe_device(request, *change)
                                                    : count_with_program(request, *change);
  if (outcome) {
    count_more(request, *change, *outcome);
  }
  return outcome;
}

} // namespace xdpstats
