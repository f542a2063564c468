// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/info_writer.h"

#include <chrono>
#include <cstring>
#include <iomanip>
#include <sstream>

#include "pinning/info_record.h"

namespace xdpstats {
namespace {

uint64_t now_ns() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count());
}

} // namespace

xdp_stats_info next_info(const xdp_stats_info &old, const NewCounter &counter, bool restarted) {
  xdp_stats_info info = old;
  const uint64_t now = now_ns();
  if (info.created_at == 0 || restarted) {
    info.created_at = now;
    info.attached_at = 0;
    info.uncovered_ns = 0;
    info.changes = 0;
  } else {
    info.uncovered_ns += counter.uncovered_ns;
  }
  if (counter.program_id != 0) {
    info.changes += info.attached_at != 0 ? 1 : 0;
    info.attached_at = now;
  }
  info.mode = counter.mode;
  info.flags = counter.flags;
  info.ifindex = counter.netdev.ifindex;
  info.attach_mode = counter.attach_mode;
  info.netdev_program_id = counter.netdev.program_id;
  info.counted_program_id = counter.program_id;
  info.netns_inode = counter.netns_inode;
  info.build_id = counter.build_id;
  std::memset(info.device, 0, sizeof(info.device));
  std::memset(info.program, 0, sizeof(info.program));
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
