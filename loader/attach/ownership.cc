// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/ownership.h"

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

std::string quoted_programs(const DeviceState &state) {
  std::string names;
  for (const ProgramInfo &program : state.programs) {
    names +=
        (names.empty() ? "'" : ", '") + program.name + "' (id " + std::to_string(program.id) + ")";
  }
  return names.empty() ? "of id " + std::to_string(state.netdev.program_id) : names;
}

} // namespace xdpstats
