// SPDX-License-Identifier: BSD-2-Clause
// The names of devices that are gone, whose counters are kept for a while: a device that comes back
// goes on with them. All times are ns of CLOCK_BOOTTIME.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "loader/follow/wanted_devices.h"

namespace xdpstats {

class GoneDevices {
public:
  /// `keep`: for how long.
  explicit GoneDevices(std::chrono::seconds keep) : keep_(keep) {}

  /// What an earlier follower has left: pins that it made for devices which a pattern matches and
  /// that are not there.
  [[nodiscard]] Result<void> find(const std::string &pin_root, const WantedDevices &wanted,
                                  uint64_t now);

  /// The device of this name is gone since then.
  void add(const std::string &name, uint64_t now);
  /// It is back.
  void remove(const std::string &name) { due_at_.erase(name); }

  /// Some of those that have been kept for long enough. One that is moved elsewhere is not gone: it
  /// is asked for again later.
  [[nodiscard]] std::vector<std::string> take_due(uint64_t now);

private:
  std::chrono::nanoseconds keep_;
  std::map<std::string, uint64_t> due_at_;
};

} // namespace xdpstats
