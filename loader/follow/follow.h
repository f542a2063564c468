// SPDX-License-Identifier: BSD-2-Clause
// --follow: stays, and keeps devices counted until it is told to end.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loader/follow/followed_device.h"
#include "loader/follow/link_events.h"
#include "loader/follow/service_manager.h"

namespace xdpstats {

class Follow {
public:
  /// Watches from here on; SIGTERM, SIGINT and SIGHUP are kept for wait(). Fails where the kernel
  /// refuses tracing programs.
  [[nodiscard]] static Result<Follow> begin();

  void add(FollowedDevice device) { devices_.push_back(std::move(device)); }
  [[nodiscard]] bool empty() const { return devices_.empty(); }

  struct Report {
    std::vector<std::string> lines;
    std::vector<Error> errors;
    bool ended = false; ///< a signal came, or no device is left
  };
  /// Waits until something has happened that is worth a word.
  [[nodiscard]] Report wait();

  /// Ends following and leaves all devices counted. Returns what failed.
  [[nodiscard]] std::vector<Error> end();

  /// What each device does, as a line for systemctl status.
  [[nodiscard]] std::string status() const;

private:
  Follow(ObserverCode code, UniqueFd signals, LinkEvents events)
      : code_(std::move(code)), signals_(std::move(signals)), events_(std::move(events)) {}

  void take_events(Report &report);
  void check_devices(Report &report);

  ObserverCode code_;
  UniqueFd signals_;
  LinkEvents events_;
  Watchdog watchdog_;
  std::vector<FollowedDevice> devices_;
  std::string trouble_; ///< the last failure that was told
};

} // namespace xdpstats
