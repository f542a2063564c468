// SPDX-License-Identifier: BSD-2-Clause
// What every change of a device begins with: the lock, the device as it is, its pins, and an end to
// what an interrupted run had begun.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "loader/attach/device_state.h"
#include "loader/attach/whereabouts.h"
#include "loader/pins/device_pins.h"
#include "loader/pins/pin_root_lock.h"

namespace xdpstats {

struct Transaction {
  PinRootLock lock;
  std::string device;               ///< the device's name, now that nobody moves its pins
  DevicePins pins;                  ///< what is created there is removed again unless committed
  std::optional<DeviceState> state; ///< nullopt: there is no such device, or nobody looked
  std::optional<uint32_t> ours;     ///< the id of our XDP program on the device; nullopt: none
  NetworkView here;                 ///< the namespace that the device is in
  Whereabouts counted;              ///< the device that is counted by these pins, wherever it is

  /// The counted device is alive, but it is not this one: its counters must not be mixed with
  /// those of another device.
  [[nodiscard]] bool belongs_to_another() const {
    return counted.place == Whereabouts::Place::kElsewhere ||
           counted.place == Whereabouts::Place::kUnreachable;
  }
};

enum class PinRoot { kCreate, kMustExist };

enum class Look {
  kEverything,
  /// Neither the device's programs nor what libxdp left are looked at, and an interrupted --reset
  /// stays as it is: for a follower, which must not wait.
  kPinsAlone,
};

struct TransactionRequest {
  std::string pin_root;
  std::string device;
  PinRoot root = PinRoot::kMustExist;
  Look look = Look::kEverything;
  /// How long to wait for another loader, see PinRootLock::acquire().
  std::chrono::milliseconds patience = kLoaderPatience;
  /// Of a device that may be renamed at any time: then `device` is its name if it is gone. 0: the
  /// name decides.
  uint32_t ifindex = 0;
};

/// Waits for the lock (code EWOULDBLOCK: in vain), and moves the pins of renamed devices to their
/// present names. nullopt: the pin root must exist and does not. The device may be absent, and it
/// may have no pins.
[[nodiscard]] Result<std::optional<Transaction>>
begin_transaction(const TransactionRequest &request);

/// The device with this name now; nullopt if there is none.
[[nodiscard]] Result<std::optional<DeviceState>> find_device(const std::string &device);

/// "cannot find device 'NAME'", code ENODEV.
[[nodiscard]] Failure no_such_device(const std::string &device);

} // namespace xdpstats
