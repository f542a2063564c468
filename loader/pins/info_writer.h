// SPDX-License-Identifier: BSD-2-Clause
// What is written into the info record when counting begins, moves or ends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/netdev.h"
#include "bpf/xdp_stats_info.h"

namespace xdpstats {

/// A follower keeps the record up to date, and will have made it.
inline constexpr uint32_t kFollowedFlags = XDP_STATS_INFO_FOLLOW | XDP_STATS_INFO_BY_FOLLOWER;

/// Who counts from now on.
struct NewCounter {
  uint32_t mode = XDP_STATS_MODE_NONE; ///< enum xdp_stats_mode
  uint32_t flags = 0;
  std::string device;
  Netdev netdev;
  uint32_t attach_mode = XDP_STATS_ATTACH_NONE;
  uint32_t program_id =
      0; ///< whose verdicts are counted; 0: nobody's, there is nothing to count yet
  std::string program_name;
  NetnsId netns;
  uint64_t build_id = 0;
  uint64_t uncovered_ns = 0;    ///< how long nothing counted before
  std::vector<uint32_t> slaves; ///< whose frames are counted as well, by ifindex
};

/// The record that follows `old`; `restarted`: the counters begin at zero, and what went uncounted
/// before them does not matter.
[[nodiscard]] xdp_stats_info next_info(const xdp_stats_info &old, const NewCounter &counter,
                                       bool restarted);

/// "1.204 ms"
[[nodiscard]] std::string duration_text(uint64_t ns);

/// "observe, native mode, XDP program 'name' (id 7)"
[[nodiscard]] std::string info_summary(const xdp_stats_info &info);

} // namespace xdpstats
