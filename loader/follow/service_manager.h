// SPDX-License-Identifier: BSD-2-Clause
// What a service manager is told (sd_notify), if one started us. Of no effect otherwise.
#pragma once

#include <chrono>
#include <string>

namespace xdpstats {

/// What we do now, as systemctl status shows it.
void notify_status(const std::string &status);
void notify_ready();
void notify_stopping();

/// The service manager's watchdog, if it set one: it ends a process that is not heard of in time.
class Watchdog {
public:
  Watchdog();
  /// Call far more often than the time set; tells that we live, twice in that time.
  void pat();

private:
  std::chrono::microseconds period_{0}; ///< 0: none is set
  std::chrono::steady_clock::time_point next_;
};

} // namespace xdpstats
