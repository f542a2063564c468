// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/unload.h"

#include <cerrno>

#include "loader/attach/attached_counter.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observer_pin.h"
#include "loader/system/capabilities.h"
#include "loader/tasks/transaction.h"

namespace xdpstats {
namespace {

// Detaches our program, if the device runs one; a note where it runs somebody else's.
Result<std::vector<std::string>> detach_ours(const Transaction &transaction) {
  std::vector<std::string> notes;
  if (!transaction.state) {
    return notes;
  }
  const DeviceState &state = *transaction.state;
  if (transaction.ours) {
    const auto counter = AttachedCounter::open(state, *transaction.ours);
    const auto detached = counter ? counter->detach() : Failure(counter.error());
    if (!detached) {
      return Failure(detached.error());
    }
    // A device that goes while its chain is taken apart leaves its dispatcher behind.
    if (auto removed = remove_dead_dispatchers(transaction.pins); !removed) {
      return Failure(removed.error());
    }
  } else if (state.netdev.program_id != 0) {
    notes.push_back(state.name + ": its XDP program " + quoted_programs(state) +
                    " is not ours and stays");
  }
  return notes;
}

Result<Outcome> nothing_to_unload(const std::string &device, bool exists) {
  return exists ? Result<Outcome>(Outcome{device + ": nothing to unload, it is not counted", {}})
                : no_such_device(device);
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
  auto notes = detach_ours(transaction);
  if (!notes) {
    return Failure(notes.error());
  }
  // The observer of other devices goes on; ours alone ends with its pin.
  auto done = withdraw_observer(pins);
  if (done) {
    done = pins.remove();
  }
  if (!done) {
    return Failure(done.error());
  }
  return Outcome{device + ": no longer counted, its counters are removed", std::move(*notes)};
}

} // namespace xdpstats
