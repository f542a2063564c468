// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/info_writer.h"

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <sstream>

#include "base/clock.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// What another counter leaves as it is.
constexpr uint32_t kKeptFlags =
    XDP_STATS_INFO_UNCOVERED_UNKNOWN | XDP_STATS_INFO_LOSSES | XDP_STATS_INFO_COMPONENTS;

void write_slaves(xdp_stats_info &info, const std::vector<uint32_t> &slaves) {
  std::memset(info.slaves, 0, sizeof(info.slaves));
  info.slave_count = static_cast<__u32>(std::min<size_t>(slaves.size(), XDP_STATS_INFO_SLAVES));
  std::copy_n(slaves.begin(), info.slave_count, info.slaves);
}

} // namespace

xdp_stats_info next_info(const xdp_stats_info &old, const NewCounter &counter, bool restarted) {
  xdp_stats_info info = old;
  const uint64_t now = realtime_ns();
  if (info.created_at == 0 || restarted) {
    info.created_at = now;
    info.attached_at = 0;
    info.uncovered_ns = 0;
    info.changes = 0;
    info.flags &= ~static_cast<__u32>(XDP_STATS_INFO_UNCOVERED_UNKNOWN);
  }
  info.uncovered_ns += restarted ? 0 : counter.uncovered_ns;
  if (counter.program_id != 0) {
    info.changes += info.attached_at != 0 ? 1 : 0;
    info.attached_at = now;
    info.checked_at = now;
  }
  info.mode = counter.mode;
  info.flags = counter.flags | (info.flags & kKeptFlags);
  info.ifindex = counter.netdev.ifindex;
  info.attach_mode = counter.attach_mode;
  info.netdev_program_id = counter.netdev.program_id;
  info.counted_program_id = counter.program_id;
  info.netns_inode = counter.netns.inode;
  info.netns_cookie = counter.netns.cookie;
  info.build_id = counter.build_id;
  std::memset(info.device, 0, sizeof(info.device));
  std::memset(info.program, 0, sizeof(info.program));
  write_slaves(info, counter.slaves);
  counter.device.copy(info.device, sizeof(info.device) - 1);
  counter.program_name.copy(info.program, sizeof(info.program) - 1);
  return info;
}

std::string duration_text(uint64_t ns) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << static_cast<double>(ns) / 1e6 << " ms";
  return text.str();
}

std::string info_summary(const xdp_stats_info &info) {
  return std::string(mode_name(info.mode)) + ", " + attach_mode_name(info.attach_mode) +
         " mode, XDP program '" + info.program + "' (id " +
         std::to_string(info.counted_program_id) + ")";
}

} // namespace xdpstats
