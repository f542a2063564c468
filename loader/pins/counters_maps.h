// SPDX-License-Identifier: BSD-2-Clause
// The maps that a device's counters are kept in.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "pinning/stats_map.h"

namespace xdpstats {

/// A counters' map that programs are loaded with.
struct CountersMap {
  UniqueFd fd;
  uint32_t id = 0;
  MapKind kind = MapKind::kPerCpu;
};

/// Takes a counters' map over after checking its layout; `path` is for the message.
[[nodiscard]] Result<CountersMap> adopt_counters(UniqueFd fd, const std::string &path);

struct CreatedMaps {
  CountersMap stats; ///< frozen: programs count, nobody changes a counter by system call
  UniqueFd info;
};

/// New, empty maps, not pinned yet.
[[nodiscard]] Result<CreatedMaps> create_maps(MapKind kind);

} // namespace xdpstats
