// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "pinning/device_reader.h"

namespace xdpstats {

/// One round of reading: what could be read, in the order of display, and what could not.
struct Snapshot {
  std::vector<DeviceSample> samples;
  std::vector<Error> problems;
  /// for people: why there is nothing to show, if that is not a failure
  std::optional<Error> remark;
};

/// A source of snapshots. xdp-stats reads what is pinned; the foreground mode of the loader reads
/// the maps that it made itself.
using SnapshotSource = std::function<Snapshot()>;

} // namespace xdpstats
