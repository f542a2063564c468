// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/failed_change.h"

#include <cerrno>

#include "loader/attach/attach.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"

namespace xdpstats {
namespace {

// After a failure that put the former counter back: its chain may be a new one.
void settle_failed_change(DevicePins &pins, const std::string &device,
                          const std::optional<AttachedCounter> &former) {
  if (!former) {
    return;
  }
  const auto state = examine_device(device);
  if (state && our_program(*state, pins) == former->id()) {
    static_cast<void>(renew_info(pins, *state, (pins.info().flags & XDP_STATS_INFO_FOLLOW) != 0));
  }
}

} // namespace

Left what_is_left(const CounterChange &change, const std::optional<AttachedCounter> &former) {
  const auto state = examine_device(change.state.name);
  if (!state) {
    return state.error().code == ENODEV ? Left::kFormer : Left::kUnknown;
  }
  if (!state->inspected) {
    return state->netdev.program_id == change.state.netdev.program_id ? Left::kFormer
                                                                      : Left::kUnknown;
  }
  // Where libxdp fails after it attached its dispatcher it may leave it there, without our program.
  if (state->dispatcher && state->programs.empty() && change.state.netdev.program_id == 0) {
    return detach_empty_dispatcher(*state) ? Left::kFormer : Left::kUnknown;
  }
  const auto ours = our_program(*state, change.transaction.pins);
  if (ours == (former ? std::optional(former->id()) : std::nullopt)) {
    return Left::kFormer;
  }
  return ours ? Left::kNew : Left::kNothing;
}

Failure failed_change(CounterChange &change, const std::optional<AttachedCounter> &former,
                      const xdp_stats_info &record, Error error, Left left) {
  const std::string name = "'" + change.state.name + "' ";
  const std::string again = "run the same command again: it finishes what was begun";
  switch (left) {
  case Left::kFormer:
    undo_change(change, record);
    settle_failed_change(change.pins(), change.state.name, former);
    return Failure(error);
  case Left::kNothing:
    error.stands = name + "is not counted any more, its counters stay";
    break;
  case Left::kNew:
    error.stands = name + "is counted, but its record does not say by what";
    break;
  case Left::kUnknown:
    error.stands = name + "may be counted, its counters stay";
    break;
  }
  error.hint = again;
  return Failure(error);
}

Left take_back(const UndoSwitch &undo, const Attachment &attachment, const CountingObject &object,
               const std::optional<AttachedCounter> &former) {
  if (attachment.dispatcher) {
    return Left::kNew;
  }
  const int error = undo.exchange(bpf_program__fd(object.program), former ? former->fd() : -1,
                                  mode_flag(attachment.netdev.attach_mode));
  return error == 0 ? Left::kFormer : Left::kNew;
}

} // namespace xdpstats
