// SPDX-License-Identifier: BSD-2-Clause
// What every change of a device begins with: the lock, the device as it is, its pins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "loader/attach/device_state.h"
#include "loader/options.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

struct Transaction {
  PinRootLock lock;
  DeviceState state;
  DevicePins pins; ///< what is created there is removed again unless committed
  uint64_t netns_inode = 0;
  std::optional<gid_t> group;  ///< who may read the counters
  std::optional<uint32_t> own; ///< our XDP program on the device, if one is attached
  bool restart = false;        ///< the counters are to begin at zero

  /// What is to be counted into, once prepared.
  [[nodiscard]] const OwnedMap &counters() const {
    return restart ? *pins.staged() : *pins.stats();
  }
};

/// Checks names before anything is created, waits for the lock, tidies up what an interrupted run
/// left.
[[nodiscard]] Result<Transaction> begin_transaction(const Options &options,
                                                    const std::string &device);

/// Creates what is missing of the pins, or new counters for --reset; nullopt: of whatever kind
/// there is, else for each CPU.
[[nodiscard]] Result<void> prepare_counters(Transaction &transaction, std::optional<MapKind> kind);

/// Writes the record, and puts new counters of --reset in the place of the old. On failure both are
/// as before.
[[nodiscard]] Result<void> record(Transaction &transaction, const xdp_stats_info &info);

} // namespace xdpstats
