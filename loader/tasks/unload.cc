// SPDX-License-Identifier: BSD-2-Clause
#include <cerrno>

#include "loader/attach/attach.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/device_state.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/device_pins.h"
#include "loader/system/capabilities.h"
#include "loader/tasks/count.h"

namespace xdpstats {

Result<Outcome> unload_device(const Options &options, const std::string &device) {
  if (auto allowed = require_capabilities({CAP_NET_ADMIN, CAP_BPF}, "detach an XDP program");
      !allowed) {
    return Failure(allowed.error());
  }
  const Outcome nothing{device + ": nothing to unload, it is not counted", {}};
  const auto lock = PinRootLock::acquire(options.pin_root, false);
  if (!lock && lock.error().code != ENOENT) {
    return Failure(lock.error());
  }
  const auto state = examine_device(device);
  if (!state && state.error().code != ENODEV) {
    return Failure(state.error());
  }
  if (!lock) {
    return state ? Result<Outcome>(nothing) : Failure(state.error());
  }
  auto pins = DevicePins::open(options.pin_root, device);
  if (!pins) {
    return Failure(pins.error());
  }
  if (!pins->exists()) {
    return state ? Result<Outcome>(nothing) : Failure(state.error());
  }
  if (auto ours = check_namespace(*pins, device); !ours) {
    return Failure(ours.error());
  }
  Outcome outcome{device + ": no longer counted, its counters are removed", {}};
  if (state) {
    if (const auto own = own_program(*state, *pins)) {
      if (auto detached = detach_program(*state, *own); !detached) {
        return Failure(detached.error());
      }
    } else if (state->netdev.program_id != 0) {
      outcome.notes.push_back(device + ": its XDP program " + quoted_programs(*state) +
                              " is not ours and stays");
    }
  }
  if (auto removed = remove_dead_dispatchers(*pins); !removed) {
    return Failure(removed.error());
  }
  // The observer of other devices goes on; ours alone ends with its pin.
  auto withdrawn = settle_interrupted_move(*pins);
  if (withdrawn) {
    withdrawn = withdraw_observer(*pins);
  }
  if (!withdrawn) {
    return Failure(withdrawn.error());
  }
  if (auto removed = pins->remove(); !removed) {
    return Failure(removed.error());
  }
  return outcome;
}

} // namespace xdpstats
