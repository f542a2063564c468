// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/transaction.h"

#include <cerrno>
#include <utility>

#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observer_pin.h"
#include "loader/tasks/settle_names.h"

namespace xdpstats {
namespace {

// Whether somebody counts into the staged counters of an interrupted --reset already.
Result<bool> staged_counters_are_used(const DevicePins &pins,
                                      const std::optional<DeviceState> &state) {
  if (state && state->inspected && state->program_using(pins.staged()->id) != nullptr) {
    return true;
  }
  return observer_counts_into(pins, pins.staged()->id);
}

// An interrupted --reset left new counters beside the old ones: finish it if they are counted into
// already, else forget it.
Result<void> settle_interrupted_reset(DevicePins &pins, const std::optional<DeviceState> &state) {
  if (!pins.staged()) {
    return {};
  }
  const auto used = staged_counters_are_used(pins, state);
  if (!used) {
    return Failure(used.error());
  }
  if (*used) {
    return pins.publish_staged();
  }
  pins.discard_staged();
  return {};
}

// Dead dispatchers are removed before an interrupted reset is settled, because the reset's counters
// tell which dispatchers are ours. A device that we cannot see may still run its dispatcher.
Result<void> recover(Transaction &transaction) {
  auto settled = settle_interrupted_move(transaction.pins);
  if (settled && !transaction.belongs_to_another()) {
    settled = remove_dead_dispatchers(transaction.pins);
  }
  return settled ? settle_interrupted_reset(transaction.pins, transaction.state) : settled;
}

Result<void> look_at_everything(Transaction &transaction, const std::string &device) {
  auto state = find_device(device);
  if (!state) {
    return Failure(state.error());
  }
  transaction.state = std::move(*state);
  auto counted = find_counted_device(transaction.pins, transaction.here);
  if (!counted) {
    return Failure(counted.error());
  }
  transaction.counted = std::move(*counted);
  if (auto recovered = recover(transaction); !recovered) {
    return recovered;
  }
  if (transaction.state && is_our_empty_dispatcher(*transaction.state, transaction.pins)) {
    if (auto detached = detach_empty_dispatcher(*transaction.state); !detached) {
      return detached;
    }
    if (auto again = find_device(device)) {
      transaction.state = std::move(*again);
    } else {
      return Failure(again.error());
    }
  }
  if (transaction.state) {
    transaction.ours = our_program(*transaction.state, transaction.pins);
  }
  return {};
}

} // namespace

Failure no_such_device(const std::string &device) {
  return os_failure("cannot find device '" + device + "'", ENODEV,
                    "list the devices of this network namespace with: ip link");
}

Result<std::optional<DeviceState>> find_device(const std::string &device) {
  auto state = examine_device(device);
  if (!state) {
    return state.error().code == ENODEV ? Result<std::optional<DeviceState>>(std::nullopt)
                                        : Failure(state.error());
  }
  return std::optional(std::move(*state));
}

Result<std::optional<Transaction>> begin_transaction(const TransactionRequest &request) {
  auto lock =
      PinRootLock::acquire(request.pin_root, request.root == PinRoot::kCreate, request.patience);
  if (!lock && request.root == PinRoot::kMustExist && lock.error().code == ENOENT) {
    return std::nullopt;
  }
  if (!lock) {
    return Failure(lock.error());
  }
  auto here = read_network_view();
  if (!here) {
    return Failure(here.error());
  }
  if (auto settled = settle_names(request.pin_root, *here); !settled) {
    return Failure(settled.error());
  }
  const auto *present = find_by_ifindex(here->devices, request.ifindex);
  const std::string device = present != nullptr ? present->first : request.device;
  auto pins = DevicePins::open(request.pin_root, device);
  if (!pins) {
    return Failure(pins.error());
  }
  Transaction transaction{std::move(*lock), device, std::move(*pins), {}, {}, std::move(*here), {}};
  const auto looked = request.look == Look::kEverything ? look_at_everything(transaction, device)
                                                        : settle_interrupted_move(transaction.pins);
  if (!looked) {
    return Failure(looked.error());
  }
  return transaction;
}

} // namespace xdpstats
