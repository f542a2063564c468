// SPDX-License-Identifier: BSD-2-Clause
// A device that a program of ours counts: the built-in one or the user's. It is attached to what
// appears, and again where others built the device's chain anew without it. It is never in the way:
// where somebody detached it, or put another program in its place, it waits for --pin.
#pragma once

#include <cstdint>
#include <string>

#include "loader/attach/device_state.h"
#include "loader/follow/followed_device.h"

namespace xdpstats {

class AttachedDevice : public FollowedDevice {
public:
  AttachedDevice(const CountRequest &request, const Discovery &discovery)
      : FollowedDevice(request, discovery) {}

  void notice(const LinkEvent &event) override;
  [[nodiscard]] Result<DeviceNews> check(ObserverCode &code) override;
  [[nodiscard]] bool wants_to_begin() const override {
    return state_ == State::kNew || state_ == State::kRebuilt;
  }
  [[nodiscard]] CountRequest begin() override;
  [[nodiscard]] Result<DeviceNews> begun(const Result<Outcome> &outcome) override;
  [[nodiscard]] std::string state() const override;
  [[nodiscard]] bool counts() const override { return state_ == State::kCounting; }

private:
  enum class State {
    kNoDevice,
    kNew, ///< there, and not counted yet
    kCounting,
    kRebuilt, ///< its chain was built anew without our program
    kStopped, ///< our program was taken away, and nothing is in its place
    kForeign, ///< it runs somebody else's program
  };

  Result<DeviceNews> meet(const Netdev &netdev);
  DeviceNews lose();
  [[nodiscard]] bool settled(const Netdev &netdev) const;
  Result<std::optional<DeviceNews>> settle();
  Result<DeviceNews> go_on(DevicePins &pins, const DeviceState &device, uint32_t program);
  Result<DeviceNews> stay_away(DevicePins *pins, const DeviceState &device);
  Result<void> find_link(uint32_t netdev_program, uint32_t program);

  State state_ = State::kNoDevice;
  bool told_ = false;     ///< whether anything was told yet
  bool in_chain_ = false; ///< of kCounting: libxdp's dispatcher runs our program
  uint32_t link_id_ = 0;  ///< of kCounting: what makes our program part of the chain; 0: nothing
  std::string detail_;    ///< of kForeign: the programs
};

} // namespace xdpstats
