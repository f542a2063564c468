// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/service_manager.h"

#include <systemd/sd-daemon.h>

namespace xdpstats {

// If telling fails, the service manager notices by its own time limits.
void notify_status(const std::string &status) {
  static_cast<void>(::sd_notify(0, ("STATUS=" + status).c_str()));
}
void notify_ready() { static_cast<void>(::sd_notify(0, "READY=1")); }
void notify_stopping() { static_cast<void>(::sd_notify(0, "STOPPING=1")); }

Watchdog::Watchdog() {
  uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) > 0) {
    period_ = std::chrono::microseconds(microseconds / 2);
  }
}

void Watchdog::pat() {
  const auto now = std::chrono::steady_clock::now();
  if (period_.count() == 0 || now < next_) {
    return;
  }
  static_cast<void>(::sd_notify(0, "WATCHDOG=1"));
  next_ = now + period_;
}

} // namespace xdpstats
