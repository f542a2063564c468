// SPDX-License-Identifier: BSD-2-Clause
// The maps that a device's counters are kept in.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/xdp_stats_info.h"
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

/// New, empty counters, not pinned yet. Frozen: programs count, nobody changes a counter by system
/// call.
[[nodiscard]] Result<CountersMap> create_counters(MapKind kind);

/// A new, empty, frozen map of lost frames, not pinned yet.
[[nodiscard]] Result<UniqueFd> create_losses_map();

/// A frozen map that holds this info record, not pinned yet.
[[nodiscard]] Result<UniqueFd> create_info_map(const xdp_stats_info &info);

} // namespace xdpstats
