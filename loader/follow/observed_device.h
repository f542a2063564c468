// SPDX-License-Identifier: BSD-2-Clause
// A device whose own XDP program is observed, whatever becomes of it and of that program.
#pragma once

#include <cstdint>
#include <string>

#include "loader/follow/coverage_gap.h"
#include "loader/follow/followed_device.h"
#include "loader/observe/observation.h"

namespace xdpstats {

class ObservedDevice : public FollowedDevice {
public:
  ObservedDevice(const CountRequest &request, const Discovery &discovery);

  void notice(const LinkEvent &event) override;
  [[nodiscard]] Result<DeviceNews> check(ObserverCode &code) override;
  [[nodiscard]] bool wants_to_begin() const override { return !begun_ && free_; }
  [[nodiscard]] Result<DeviceNews> begun(const Result<Outcome> &outcome) override;
  [[nodiscard]] std::string state() const override;
  [[nodiscard]] bool counts() const override { return state_ == State::kObserving; }

private:
  enum class State {
    kNew, ///< not looked at yet
    kObserving,
    kCannotObserve, ///< tried again from time to time
    kNoProgram,
    kNoDevice,
  };

  Result<DeviceNews> before_begin();
  [[nodiscard]] bool settled(const std::optional<Netdev> &netdev) const;
  Result<DeviceNews> settle(ObserverCode &code, uint64_t asked);
  Result<DeviceNews> follow_program(ObserverCode &code, DevicePins &pins, const Netdev &netdev);
  Result<DeviceNews> follow_observation(DevicePins &pins, const Observation &observation);
  Result<DeviceNews> give_up_for_now(DevicePins &pins, const Netdev &netdev, const Error &error);
  Result<DeviceNews> rest(DevicePins &pins, const std::optional<Netdev> &netdev);
  Result<void> release(DevicePins &pins);

  bool begun_ = false; ///< count_device() observes it, or waits for something to observe
  bool free_ = false;  ///< nobody else follows it
  State state_ = State::kNew;
  std::string detail_;    ///< what is observed, or why it cannot be
  uint32_t link_id_ = 0;  ///< of kObserving: what makes the component decide; 0: nothing does
  uint64_t retry_at_ = 0; ///< of kCannotObserve, ns of CLOCK_BOOTTIME
  CoverageGap gap_;
};

} // namespace xdpstats
