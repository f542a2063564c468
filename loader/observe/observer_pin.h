// SPDX-License-Identifier: BSD-2-Clause
// The observer that is pinned for a device: moving it to another program, letting it go. All with
// the pin root locked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "loader/observe/observe_target.h"
#include "loader/observe/observer.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

/// Counts what the target decides for these devices into `counters`, by an observer pinned for
/// `pins`: the present one if it observes that program, else one that another device of this pin
/// root has, else a new one. What was observed before is let go, and between the two no frame is
/// counted twice. Returns when counting began, ns of CLOCK_BOOTTIME; 0 if it did so already.
/// On failure all is as before.
[[nodiscard]] Result<uint64_t> place_observer(ObserverCode &code, const DevicePins &pins,
                                              const std::string &device,
                                              const ObserveTarget &target, const ObserverKeys &keys,
                                              const CountersMap &counters);

/// Stops observing, and unpins the observer. The observed program runs on. Nothing to do where
/// nothing is observed.
[[nodiscard]] Result<void> withdraw_observer(const DevicePins &pins);

/// Removes what a killed run left half done, so that only the pinned observer counts.
[[nodiscard]] Result<void> settle_interrupted_move(const DevicePins &pins);

/// Whether the pinned observer counts into the map of this id.
[[nodiscard]] Result<bool> observer_counts_into(const DevicePins &pins, uint32_t map_id);

/// Stops an observer while another counter takes its place.
class SuspendedObserver {
public:
  [[nodiscard]] static Result<SuspendedObserver> suspend(const DevicePins &pins);
  SuspendedObserver(SuspendedObserver &&) = default;
  SuspendedObserver &operator=(SuspendedObserver &&) = delete;
  SuspendedObserver(const SuspendedObserver &) = delete;
  SuspendedObserver &operator=(const SuspendedObserver &) = delete;
  /// Lets it count again, unless it was forgotten.
  ~SuspendedObserver();
  void forget() { observer_.reset(); }

private:
  SuspendedObserver() = default;
  std::unique_ptr<Observer> observer_; // none: there was nothing to suspend
  ObserverKeys keys_;
  UniqueFd counters_;
};

} // namespace xdpstats
