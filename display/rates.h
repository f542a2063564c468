// SPDX-License-Identifier: BSD-2-Clause
// Rates between two readings, and what happened to a device in between.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats {

/// Per second.
struct Rate {
  double packets = 0;
  double bits = 0;

  bool operator==(const Rate &) const = default;
};

/// Indexed by the action's number.
using ActionRates = std::array<Rate, kActionCount>;

/// Of a device, and of its CPUs by number, where the samples were split over them.
struct Rates {
  ActionRates sums;
  std::map<uint32_t, ActionRates> cpus;

  Rate &operator[](size_t action) { return sums[action]; }
  const Rate &operator[](size_t action) const { return sums[action]; }
  bool operator==(const Rates &) const = default;
};

/// What changed since the snapshot before.
struct Change {
  /// One for each sample of the snapshot; nullopt if there is no earlier reading of the same map.
  std::vector<std::optional<Rates>> rates;
  /// What to tell people: "eth0: ...".
  std::vector<std::string> events;
};

/// Remembers the last reading of each device.
class RateTracker {
public:
  /// Rates are over the time between the two readings of that device. When the map was replaced or
  /// its counters decreased, the rates start anew, and an event says so; a rate is never negative.
  [[nodiscard]] Change update(const Snapshot &snapshot);

private:
  struct Reading {
    uint32_t map_id = 0;
    Counters counters = {};
    std::map<uint32_t, Counters> cpus;
    std::chrono::steady_clock::time_point read_at;
  };

  [[nodiscard]] static Reading reading_of(const DeviceSample &sample);
  [[nodiscard]] static bool went_back(const Reading &before, const Reading &now);
  [[nodiscard]] static Rates rates_between(const Reading &before, const Reading &now,
                                           double seconds);

  std::map<std::string, Reading> last_;
  bool first_ = true;
};

} // namespace xdpstats
