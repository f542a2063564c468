// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/transaction.h"

#include <cerrno>
#include <utility>

#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observer_pin.h"

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

// The dead dispatchers go before an interrupted reset is settled, as its counters tell which of
// them are ours.
Result<void> recover(DevicePins &pins, const std::optional<DeviceState> &state) {
  auto settled = settle_interrupted_move(pins);
  if (settled) {
    settled = remove_dead_dispatchers(pins);
  }
  return settled ? settle_interrupted_reset(pins, state) : settled;
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
  const auto netns = current_netns_inode();
  if (!netns) {
    return Failure(netns.error());
  }
  auto lock = PinRootLock::acquire(request.pin_root, request.root == PinRoot::kCreate);
  if (!lock && request.root == PinRoot::kMustExist && lock.error().code == ENOENT) {
    return std::nullopt;
  }
  if (!lock) {
    return Failure(lock.error());
  }
  const bool everything = request.look == Look::kEverything;
  auto state = everything ? find_device(request.device) : std::optional<DeviceState>();
  if (!state) {
    return Failure(state.error());
  }
  auto pins = DevicePins::open(request.pin_root, request.device);
  if (!pins) {
    return Failure(pins.error());
  }
  if (auto here = check_namespace(*pins, request.device); everything && !here) {
    return Failure(here.error());
  }
  const auto recovered = everything ? recover(*pins, *state) : settle_interrupted_move(*pins);
  if (!recovered) {
    return Failure(recovered.error());
  }
  const auto ours = *state ? our_program(**state, *pins) : std::nullopt;
  return std::optional(
      Transaction{std::move(*lock), std::move(*pins), std::move(*state), ours, *netns});
}

} // namespace xdpstats
