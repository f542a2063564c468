// SPDX-License-Identifier: BSD-2-Clause
// One device that --follow keeps counted, whatever becomes of it and of its XDP program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/netdev.h"
#include "base/result.h"
#include "loader/follow/coverage_gap.h"
#include "loader/follow/link_events.h"
#include "loader/observe/observation.h"
#include "loader/observe/observer_code.h"
#include "loader/pins/device_pins.h"
#include "loader/pins/follower_lock.h"

namespace xdpstats {

/// What a look at a device brought up.
struct DeviceNews {
  std::string line;   ///< for the log; empty: nothing changed
  bool ended = false; ///< somebody unloaded the device, or counts it by other means: leave it be
};

class FollowedDevice {
public:
  /// Takes over a device that count_device() has begun to observe, or to wait for. `began_at`: when
  /// that was called. Fails if another process follows it.
  [[nodiscard]] static Result<FollowedDevice> start(const std::string &pin_root,
                                                    const std::string &device, uint64_t began_at);

  [[nodiscard]] const std::string &name() const { return name_; }

  /// Takes note of an announcement, of whatever device.
  void notice(const LinkEvent &event);
  /// Announcements were lost.
  void notice_loss() { noticed_ = true; }

  /// Looks, and moves the observer to where the verdicts are decided now. A failure is told once;
  /// it is tried again from time to time.
  [[nodiscard]] Result<DeviceNews> check(ObserverCode &code);

  /// Leaves the pins and the counting in place, and records that nobody follows.
  [[nodiscard]] Result<void> stop();

  /// "eth0: observing 'lb' (id 7)"
  [[nodiscard]] std::string state() const;

private:
  enum class State {
    kNew, ///< not looked at yet
    kObserving,
    kCannotObserve, ///< tried again from time to time
    kNoProgram,
    kNoDevice,
  };

  FollowedDevice(PinPath path, FollowerLock lock, std::string name, uint64_t began_at)
      : name_(std::move(name)), path_(std::move(path)), lock_(std::move(lock)), gap_(began_at) {}

  Result<std::optional<Netdev>> look();
  void take_new_name();
  [[nodiscard]] bool settled(const std::optional<Netdev> &netdev) const;
  Result<DeviceNews> settle(ObserverCode &code, uint64_t asked);
  Result<DeviceNews> follow_program(ObserverCode &code, DevicePins &pins, const Netdev &netdev);
  Result<DeviceNews> follow_observation(DevicePins &pins, const Observation &observation);
  Result<DeviceNews> give_up_for_now(DevicePins &pins, const Netdev &netdev, const Error &error);
  Result<DeviceNews> rest(DevicePins &pins, const std::optional<Netdev> &netdev);
  Result<void> release(DevicePins &pins);
  [[nodiscard]] DeviceNews end(const std::string &why) const;

  std::string name_;
  PinPath path_;
  FollowerLock lock_;
  std::string renamed_to_; ///< the device's present name, until its pins are there; empty: as known
  State state_ = State::kNew;
  std::string detail_;           ///< what is observed, or why it cannot be
  std::optional<Netdev> netdev_; ///< as it was when we last settled; nullopt: there was none
  bool noticed_ = true;          ///< something was announced that calls for a look
  uint32_t link_id_ = 0;  ///< of kObserving: what makes the component decide; 0: nothing does
  uint64_t retry_at_ = 0; ///< of kCannotObserve, ns of CLOCK_BOOTTIME
  CoverageGap gap_;
};

} // namespace xdpstats
