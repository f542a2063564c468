// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/unload.h"

#include <cerrno>

#include "loader/attach/attached_counter.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/losses/device_losses.h"
#include "loader/observe/observer_pin.h"
#include "loader/system/capabilities.h"
#include "loader/tasks/transaction.h"

namespace xdpstats {
namespace {

Result<void> detach(const DeviceState &state, uint32_t program) {
  const auto counter = AttachedCounter::open(state, program);
  return counter ? counter->detach() : Failure(counter.error());
}

// The program is detached, or the observer has ended; not all pins could be removed.
Failure unfinished(const std::string &device, Error error) {
  error.stands = "'" + device + "' is not counted any more, its pins are left";
  error.hint = "run the same command again: it finishes what was begun";
  return Failure(error);
}

Result<void> detach_here(const Transaction &transaction, std::vector<std::string> &notes) {
  if (!transaction.state) {
    return {};
  }
  const DeviceState &state = *transaction.state;
  if (transaction.ours) {
    if (auto detached = detach(state, *transaction.ours); !detached) {
      return detached;
    }
    // If the device disappears while its chain is taken apart, libxdp's pins of the dispatcher
    // stay.
    const auto removed = remove_dead_dispatchers(transaction.pins);
    return removed ? removed : unfinished(state.name, removed.error());
  }
  if (state.netdev.program_id != 0) {
    notes.push_back(state.name + ": its XDP program " + quoted_programs(state) +
                    " is not ours and stays");
  }
  return {};
}

// The device was moved to a namespace where we can look.
Result<void> detach_there(const Transaction &transaction, std::vector<std::string> &notes) {
  const Whereabouts &counted = transaction.counted;
  const auto visit = NetnsVisit::enter(counted.netns);
  if (!visit) {
    return Failure(visit.error());
  }
  const auto state = examine_device(counted.name);
  if (!state) {
    return Failure(state.error());
  }
  const auto ours = our_program(*state, transaction.pins);
  if (ours) {
    if (auto detached = detach(*state, *ours); !detached) {
      return detached;
    }
  }
  notes.push_back("the device is now '" + counted.name + "' in network namespace " +
                  counted.netns.path);
  return {};
}

Failure still_attached(const Transaction &transaction, const std::string &device) {
  return failure("cannot unload '" + device + "': its XDP program (id " +
                     std::to_string(transaction.counted.program_id) +
                     ") is still loaded, on a device that cannot be seen from here",
                 "it was moved to another network namespace: run this there, with nsenter "
                 "--net=/proc/PID/ns/net");
}

Result<std::vector<std::string>> detach_ours(const Transaction &transaction,
                                             const std::string &device) {
  std::vector<std::string> notes;
  Result<void> detached;
  switch (transaction.counted.place) {
  case Whereabouts::Place::kNowhere:
  case Whereabouts::Place::kHere:
    detached = detach_here(transaction, notes);
    break;
  case Whereabouts::Place::kElsewhere:
    detached = detach_there(transaction, notes);
    break;
  case Whereabouts::Place::kUnreachable:
    return still_attached(transaction, device);
  }
  return detached ? Result<std::vector<std::string>>(std::move(notes)) : Failure(detached.error());
}

Result<Outcome> nothing_to_unload(const std::string &device, bool exists) {
  return exists ? Result<Outcome>(Outcome{device + ": nothing to unload, it is not counted", {}})
                : no_such_device(device);
}

Result<void> remove_pins(DevicePins &pins) {
  const auto done = withdraw_losses(pins);
  return done ? pins.remove() : done;
}

} // namespace

Result<Outcome> unload_device(const std::string &pin_root, const std::string &device) {
  if (auto allowed = require_capabilities({CAP_NET_ADMIN, CAP_BPF}, "detach an XDP program");
      !allowed) {
    return Failure(allowed.error());
  }
  auto begun = begin_transaction({pin_root, device, PinRoot::kMustExist, Look::kEverything});
  if (!begun) {
    return Failure(begun.error());
  }
  if (!*begun) {
    const auto state = find_device(device);
    return state ? nothing_to_unload(device, state->has_value()) : Failure(state.error());
  }
  Transaction &transaction = **begun;
  DevicePins &pins = transaction.pins;
  if (!pins.exists()) {
    return nothing_to_unload(device, transaction.state.has_value());
  }
  auto notes = detach_ours(transaction, device);
  if (!notes) {
    return Failure(notes.error());
  }
  // An observer that other devices share goes on; one of this device alone ends with its pin.
  auto done = withdraw_observer(pins);
  const bool observed = pins.info().mode == XDP_STATS_MODE_OBSERVE;
  if (!done && observed) {
    return Failure(done.error());
  }
  if (done) {
    done = remove_pins(pins);
  }
  if (!done) {
    return unfinished(device, done.error());
  }
  return Outcome{device + ": no longer counted, its counters are removed", std::move(*notes)};
}

Result<Outcome> forget_devices(const std::string &pin_root,
                               const std::vector<std::string> &devices) {
  std::string names;
  for (const std::string &device : devices) {
    auto begun = begin_transaction({pin_root, device, PinRoot::kMustExist, Look::kEverything});
    if (!begun) {
      return Failure(begun.error());
    }
    if (!*begun || !(*begun)->pins.exists() || (*begun)->state ||
        (*begun)->counted.place != Whereabouts::Place::kNowhere) {
      continue;
    }
    auto done = withdraw_observer((*begun)->pins);
    if (done) {
      done = remove_pins((*begun)->pins);
    }
    if (!done) {
      return unfinished(device, done.error());
    }
    names += (names.empty() ? "" : ", ") + device;
  }
  return Outcome{names.empty() ? "" : names + ": gone, and forgotten with the counters", {}};
}

} // namespace xdpstats
