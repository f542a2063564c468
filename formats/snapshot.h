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
  std::optional<Error> remark; ///< for people, when there is nothing to show and that is no failure
};

/// Where snapshots come from: pins for xdp-stats, its own maps for the loader's foreground mode.
using SnapshotSource = std::function<Snapshot()>;

} // namespace xdpstats
