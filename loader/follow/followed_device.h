// SPDX-License-Identifier: BSD-2-Clause
// One device that --follow keeps counted, whatever becomes of it and of its XDP program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/netdev.h"
#include "base/result.h"
#include "loader/follow/link_events.h"
#include "loader/observe/observer_code.h"
#include "loader/options.h"
#include "loader/pins/device_pins.h"
#include "loader/pins/follower_lock.h"

namespace xdpstats {

/// What a look at a device brought up.
struct FollowNews {
  std::string line;   ///< for the log; empty: nothing changed
  bool ended = false; ///< somebody unloaded the device, or counts it by other means: leave it be
};

class FollowedDevice {
public:
  /// Takes over a device that count_device() has begun to observe, or to wait for. `began_at`: when
  /// that was called. Fails if another process follows it.
  [[nodiscard]] static Result<FollowedDevice> start(const Options &options,
                                                    const std::string &device, uint64_t began_at);

  [[nodiscard]] const std::string &name() const { return name_; }

  /// Takes note of an announcement, of whatever device.
  void notice(const LinkEvent &event);
  /// Announcements were lost.
  void notice_loss() { noticed_ = true; }

  /// Looks, and moves the observer where the verdicts are decided now. A failure is told once; it
  /// is tried again from time to time.
  [[nodiscard]] Result<FollowNews> check(ObserverCode &code);

  /// Leaves the pins and the counting in place, and records that nobody follows.
  [[nodiscard]] Result<void> stop();

  /// "eth0: observing 'lb' (id 7)"
  [[nodiscard]] const std::string &state() const { return state_; }

private:
  FollowedDevice(PinPath path, FollowerLock lock, std::string name)
      : name_(std::move(name)), path_(std::move(path)), lock_(std::move(lock)) {}

  [[nodiscard]] bool settled(const std::optional<Netdev> &netdev) const;
  Result<FollowNews> settle(ObserverCode &code, uint64_t asked);
  Result<FollowNews> follow_program(ObserverCode &code, DevicePins &pins, const Netdev &netdev);
  Result<FollowNews> rest(DevicePins &pins, const std::optional<Netdev> &netdev);
  Result<void> release(DevicePins &pins);
  FollowNews end(const std::string &why);
  void begin_uncovered(uint32_t program);

  std::string name_;
  PinPath path_;
  FollowerLock lock_;
  std::string state_;
  std::optional<Netdev> netdev_; ///< as it was when we last settled; nullopt: there was none
  bool noticed_ = false;         ///< something was announced that calls for a look
  uint32_t announced_ = 0;       ///< the first program announced that we do not observe, 0: none
  /// When the device was last known to be as we settled, ns of CLOCK_BOOTTIME.
  uint64_t seen_at_ = 0;
  /// Since when verdicts may have gone uncounted, same clock; nullopt: they do not.
  std::optional<uint64_t> uncovered_since_;
  std::string failure_;   ///< why the program cannot be observed, empty: it can
  uint64_t retry_at_ = 0; ///< same clock
};

} // namespace xdpstats
