// SPDX-License-Identifier: BSD-2-Clause
// Counting the verdicts of the XDP program that is on the device already.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "loader/observe/observe_target.h"
#include "loader/observe/observer.h"

namespace xdpstats {

struct Observation {
  Netdev netdev; ///< as it was when counting began
  ObserveTarget target;
  uint64_t began = 0; ///< see place_observer()
};

/// What the frames of this device are told by: its own key and, for a bond in native mode, those of
/// the devices below it, where the frames come in.
[[nodiscard]] Result<ObserverKeys> device_keys(const NetdevTable &table, const Netdev &netdev);

/// Observes whatever decides on the device now, into `counters`. Fails if the device's program
/// changes again and again meanwhile.
[[nodiscard]] Result<Observation> observe_current(ObserverCode &code, const DevicePins &pins,
                                                  const std::string &device,
                                                  const CountersMap &counters);

/// The record of an observation. `uncovered_ns`: how long nothing was counted before.
[[nodiscard]] xdp_stats_info observation_info(const xdp_stats_info &old, const std::string &device,
                                              const Observation &observation, uint64_t netns_inode,
                                              uint32_t flags, uint64_t uncovered_ns,
                                              bool restarted);

/// Whether the record says just that.
[[nodiscard]] bool is_recorded(const xdp_stats_info &info, const Observation &observation);

/// The record of a device that has nothing to observe yet.
[[nodiscard]] xdp_stats_info waiting_info(const xdp_stats_info &old, const std::string &device,
                                          uint64_t netns_inode, uint32_t flags, bool restarted);

} // namespace xdpstats
