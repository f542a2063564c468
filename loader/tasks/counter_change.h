// SPDX-License-Identifier: BSD-2-Clause
// A transaction that begins to count, or changes who counts.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "loader/tasks/count.h"
#include "loader/tasks/transaction.h"

namespace xdpstats {

struct CounterChange {
  Transaction transaction;
  DeviceState state;          ///< absent devices, which a follower waits for, have ifindex 0
  std::optional<gid_t> group; ///< who may read the counters
  bool restart = false;       ///< the counters are to begin at zero

  [[nodiscard]] DevicePins &pins() { return transaction.pins; }

  /// What is to be counted into, once prepared.
  [[nodiscard]] const CountersMap &counters() const {
    return restart ? *transaction.pins.staged() : *transaction.pins.stats();
  }
};

/// Checks the names in the request before anything is created.
[[nodiscard]] Result<CounterChange> begin_change(const CountRequest &request,
                                                 const std::string &device);

/// The group that the request names.
[[nodiscard]] Result<std::optional<gid_t>> group_of(const CountRequest &request);

/// What is worth knowing of the device that was counted under this name before.
[[nodiscard]] std::vector<std::string> notes_of(const CounterChange &change);

/// Creates what is missing of the pins, or new counters for --reset; nullopt: of whatever kind
/// there is, else for each CPU.
[[nodiscard]] Result<void> prepare_counters(CounterChange &change, std::optional<MapKind> kind);

/// Writes the info record, and puts new counters of --reset in the place of the old. On failure the
/// counters are as before; the record may be written.
[[nodiscard]] Result<void> write_info(CounterChange &change, const xdp_stats_info &info);

/// Brings the record up to date where our program counts on, as the device's chain, and with it
/// the program's id, may be a new one. `followed`: a follower keeps it so.
[[nodiscard]] Result<void> renew_info(DevicePins &pins, const DeviceState &state, bool followed);

/// Undoes what this change did to the pins; `record` is what the record was before.
void undo_change(CounterChange &change, const xdp_stats_info &record);

} // namespace xdpstats
