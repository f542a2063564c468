// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/ownership.h"

#include <cerrno>

#include "base/netdev.h"

namespace xdpstats {

std::optional<uint32_t> our_program(const DeviceState &state, const DevicePins &pins) {
  if (state.inspected) {
    for (const auto *map : {&pins.stats(), &pins.staged()}) {
      if (*map) {
        if (const ProgramInfo *program = state.program_using((*map)->id)) {
          return program->id;
        }
      }
    }
    return std::nullopt;
  }
  const xdp_stats_info &info = pins.info();
  const bool recorded =
      (info.mode == XDP_STATS_MODE_BUILTIN || info.mode == XDP_STATS_MODE_PROGRAM) &&
      info.ifindex == state.netdev.ifindex && info.netdev_program_id == state.netdev.program_id;
  return recorded ? std::optional(info.counted_program_id) : std::nullopt;
}

Result<void> check_namespace(const DevicePins &pins, const std::string &device) {
  const xdp_stats_info &info = pins.info();
  if (info.mode == XDP_STATS_MODE_NONE) {
    return {};
  }
  const auto own = current_netns_inode();
  if (!own) {
    return Failure(own.error());
  }
  if (info.netns_inode == *own) {
    return {};
  }
  // With the other device its program went, unless the program is pinned or attached elsewhere too.
  if (const auto program = program_by_id(info.counted_program_id);
      !program && program.error().code == ENOENT) {
    return {};
  }
  return failure("'" + pins.path().directory + "' holds the counters of a device '" + device +
                     "' in another network namespace (inode " + std::to_string(info.netns_inode) +
                     ")",
                 "run this command in that namespace, or use another --pin-root here");
}

std::string quoted_programs(const DeviceState &state) {
  std::string names;
  for (const ProgramInfo &program : state.programs) {
    names +=
        (names.empty() ? "'" : ", '") + program.name + "' (id " + std::to_string(program.id) + ")";
  }
  return names.empty() ? "of id " + std::to_string(state.netdev.program_id) : names;
}

} // namespace xdpstats
