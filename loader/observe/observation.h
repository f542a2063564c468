// SPDX-License-Identifier: BSD-2-Clause
// Counting the verdicts of the XDP program that is on the device already.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "loader/observe/observe_target.h"
#include "loader/observe/observer.h"

namespace xdpstats {

struct Observation {
  NetnsId netns;
  Netdev netdev;                ///< as it was when counting began
  std::vector<uint32_t> slaves; ///< whose frames are counted as well, by ifindex
  ObserveTarget target;
  uint64_t began = 0; ///< see place_observer()
};

/// The devices where the frames of this one come in, by ifindex: a bond in native mode hands its
/// program to the drivers of its slaves. Empty: at the device itself.
[[nodiscard]] std::vector<uint32_t> counted_slaves(const NetdevTable &table, const Netdev &netdev);

/// What the frames of this device are told by: its own key and those of its slaves.
[[nodiscard]] ObserverKeys device_keys(const NetnsId &netns, const Netdev &netdev,
                                       const std::vector<uint32_t> &slaves);

/// Observes whatever decides on the device now, into `counters`. Fails if the device's program
/// changes again and again meanwhile.
[[nodiscard]] Result<Observation> observe_current(ObserverCode &code, const DevicePins &pins,
                                                  const std::string &device,
                                                  const CountersMap &counters);

/// The record of an observation. `uncovered_ns`: how long nothing was counted before.
[[nodiscard]] xdp_stats_info observation_info(const xdp_stats_info &old, const std::string &device,
                                              const Observation &observation, uint32_t flags,
                                              uint64_t uncovered_ns, bool restarted);

/// Whether the record says just that.
[[nodiscard]] bool is_recorded(const xdp_stats_info &info, const Observation &observation);

/// The record of a device that has nothing to observe yet.
[[nodiscard]] xdp_stats_info waiting_info(const xdp_stats_info &old, const std::string &device,
                                          const NetnsId &netns, uint32_t flags, bool restarted);

} // namespace xdpstats
