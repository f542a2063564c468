// SPDX-License-Identifier: BSD-2-Clause
// One device that --follow keeps counted, by whatever means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/netdev.h"
#include "base/result.h"
#include "loader/follow/link_events.h"
#include "loader/observe/observer_code.h"
#include "loader/pins/device_pins.h"
#include "loader/pins/follower_lock.h"
#include "loader/pins/pin_root_lock.h"
#include "loader/tasks/count.h"
#include "loader/tasks/outcome.h"
#include "loader/tasks/transaction.h"

namespace xdpstats {

/// What a look at a device brought up.
struct DeviceNews {
  std::string line;               ///< for the log; empty: nothing changed
  std::vector<std::string> notes; ///< what else is worth knowing
  std::optional<Error> error;     ///< why there is nothing to do here
  bool ended = false;             ///< it is in other hands: leave it be
};

/// How a follower came to a device.
struct Discovery {
  std::string name;
  bool by_pattern = false; ///< a pattern matched it; false: it was named
  /// When it certainly was not there, or was counted; ns since 1970 UTC, 0: nobody knows.
  uint64_t covered_until = 0;
};

class FollowedDevice {
public:
  FollowedDevice(const FollowedDevice &) = delete;
  FollowedDevice &operator=(const FollowedDevice &) = delete;
  virtual ~FollowedDevice() = default;

  [[nodiscard]] const std::string &name() const { return name_; }
  [[nodiscard]] bool by_pattern() const { return by_pattern_; }
  /// Its number; 0 while there is no such device.
  [[nodiscard]] uint32_t ifindex() const { return netdev_ ? netdev_->ifindex : 0; }
  [[nodiscard]] bool is_followed() const { return lock_.has_value(); }

  /// Takes note of an announcement, of whatever device.
  virtual void notice(const LinkEvent &event) = 0;
  /// Announcements were lost.
  void notice_loss() { noticed_ = true; }

  /// Looks, and puts in order what can be done here without waiting for anybody. Where another
  /// loader is at work that is left to the next time.
  [[nodiscard]] virtual Result<DeviceNews> check(ObserverCode &code) = 0;

  /// Whether it is to be counted, or to be counted anew. That takes count_device() with this
  /// request, in a process of its own, and begun() with what came of it.
  [[nodiscard]] virtual bool wants_to_begin() const = 0;
  [[nodiscard]] virtual CountRequest begin();
  [[nodiscard]] virtual Result<DeviceNews> begun(const Result<Outcome> &outcome) = 0;

  /// Records that nobody follows it any more. The pins and the counting stay. Nothing to do where
  /// its pins are gone.
  [[nodiscard]] Result<void> leave(const PinRootLock &held);

  /// "eth0: observing 'lb' (id 7)"
  [[nodiscard]] virtual std::string state() const = 0;
  /// Whether it is counted now.
  [[nodiscard]] virtual bool counts() const = 0;

protected:
  FollowedDevice(const CountRequest &request, const Discovery &discovery);

  /// Finds the device by its number, where that is known; else by its name.
  Result<std::optional<Netdev>> look();

  /// Why a device that a pattern matched is left alone: somebody counts it already, or follows it.
  /// Fails where a device is followed that was named.
  [[nodiscard]] Result<std::optional<std::string>> in_other_hands(const Netdev &netdev) const;

  /// Its pins, to be changed. Begins without waiting: fails with code EWOULDBLOCK where another
  /// loader is at work. The device's pins have moved to its present name. nullopt: they are gone.
  Result<std::optional<Transaction>> begin_change();

  /// Takes the lock that keeps others from following it.
  Result<void> take_lock();
  [[nodiscard]] bool has_pins() const { return lock_ && lock_->holds(path_); }

  [[nodiscard]] DeviceNews end(const std::string &why) const;

  // NOLINTBEGIN(*-non-private-member-variables-in-classes)
  CountRequest request_;
  std::string name_;
  bool by_pattern_;
  PinPath path_;
  std::optional<FollowerLock> lock_; ///< nullopt: nothing is pinned yet
  std::optional<Netdev> netdev_;     ///< as it was when we last settled; nullopt: there was none
  bool noticed_ = true;              ///< something was announced that calls for a look
  uint64_t covered_until_;           ///< see Discovery
  // NOLINTEND(*-non-private-member-variables-in-classes)
};

} // namespace xdpstats
