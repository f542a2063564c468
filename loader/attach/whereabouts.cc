// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/whereabouts.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "loader/attach/components.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/system/program_info.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

using Place = Whereabouts::Place;

bool runs_one_of(const Netdev &device, const std::vector<uint32_t> &programs) {
  return std::any_of(programs.begin(), programs.end(), [&device](uint32_t id) {
    return device.program_id == id || device.hw_id == id;
  });
}

const NetdevTable::value_type *find_by_program(const NetdevTable &devices,
                                               const std::vector<uint32_t> &programs) {
  const auto found = std::find_if(devices.begin(), devices.end(), [&programs](const auto &device) {
    return runs_one_of(device.second, programs);
  });
  return found == devices.end() ? nullptr : &*found;
}

bool counts_into(const ProgramInfo &program, const DevicePins &pins) {
  return (pins.stats() && program.uses_map(pins.stats()->id)) ||
         (pins.staged() && program.uses_map(pins.staged()->id));
}

// The programs by which the counted device is recognised: ours, or the dispatchers that it is a
// component of. Empty: ours is no longer loaded, or somebody else's is observed, which tells
// nothing of the device.
Result<std::vector<uint32_t>> telling_programs(const DevicePins &pins) {
  const xdp_stats_info &info = pins.info();
  if (info.mode != XDP_STATS_MODE_BUILTIN && info.mode != XDP_STATS_MODE_PROGRAM) {
    return std::vector<uint32_t>();
  }
  const auto program = program_by_id(info.counted_program_id);
  if (!program) {
    return program.error().code == ENOENT ? Result<std::vector<uint32_t>>(std::vector<uint32_t>())
                                          : Failure(program.error());
  }
  if (!counts_into(*program, pins)) {
    return std::vector<uint32_t>();
  }
  auto programs = programs_with_component([&program](uint32_t id) { return id == program->id; });
  if (programs) {
    programs->push_back(program->id);
  }
  return programs;
}

// The device that runs a program of ours, whatever the record says. What cannot be looked at does
// not.
const NetdevTable::value_type *find_counting(const NetdevTable &devices, const DevicePins &pins) {
  const auto counts = [&pins](uint32_t id) {
    const auto program = id == 0 ? os_failure("", ENOENT) : program_by_id(id);
    return program && counts_into(*program, pins);
  };
  // An observer counts as well, and its target is nobody's own.
  const auto replaces = [&pins](uint32_t id) {
    const auto program = program_by_id(id);
    return program && program->type == BPF_PROG_TYPE_EXT && counts_into(*program, pins);
  };
  const auto chains = programs_with_component(replaces).value_or(std::vector<uint32_t>());
  const auto found = std::find_if(devices.begin(), devices.end(), [&](const auto &device) {
    return runs_one_of(device.second, chains) || counts(device.second.program_id) ||
           counts(device.second.hw_id);
  });
  return found == devices.end() ? nullptr : &*found;
}

const NetdevTable::value_type *find_in(const xdp_stats_info &info, const NetworkView &around,
                                       const std::vector<uint32_t> &programs) {
  if (const auto *running = find_by_program(around.devices, programs)) {
    return running;
  }
  return is_in(info, around.netns) ? find_by_ifindex(around.devices, info.ifindex) : nullptr;
}

// `programs`: see telling_programs().
const NetdevTable::value_type *find_here(const DevicePins &pins, const NetworkView &here,
                                         const std::vector<uint32_t> &programs) {
  const auto *counting = programs.empty() ? find_counting(here.devices, pins) : nullptr;
  return counting != nullptr ? counting : find_in(pins.info(), here, programs);
}

Whereabouts at(Place place, const NetdevTable::value_type &device, uint32_t program_id) {
  return {place, device.first, device.second, {}, program_id};
}

std::optional<Whereabouts> find_elsewhere(const xdp_stats_info &info,
                                          const std::vector<uint32_t> &programs) {
  for (Netns &netns : reachable_namespaces()) {
    // Skip a namespace that has gone, or that we may not enter.
    std::optional<Whereabouts> found;
    if (const auto visit = NetnsVisit::enter(netns)) {
      const auto around = read_network_view();
      const auto *device = around ? find_in(info, *around, programs) : nullptr;
      if (device != nullptr) {
        found = at(Place::kElsewhere, *device, info.counted_program_id);
      }
    }
    if (found) {
      found->netns = std::move(netns);
      return found;
    }
  }
  return std::nullopt;
}

} // namespace

const NetdevTable::value_type *find_device_here(const DevicePins &pins, const NetworkView &here) {
  return find_here(pins, here, telling_programs(pins).value_or(std::vector<uint32_t>()));
}

Result<Whereabouts> find_counted_device(const DevicePins &pins, const NetworkView &here) {
  const xdp_stats_info &info = pins.info();
  if (info.mode == XDP_STATS_MODE_NONE || info.ifindex == 0) {
    return Whereabouts{};
  }
  const auto programs = telling_programs(pins);
  // Without CAP_SYS_ADMIN nobody can look at programs, nor into other namespaces.
  const bool may_look = programs.has_value();
  if (const auto *device = find_here(pins, here, programs.value_or(std::vector<uint32_t>()))) {
    return at(Place::kHere, *device, info.counted_program_id);
  }
  if (!may_look) {
    return Whereabouts{};
  }
  if (auto elsewhere = find_elsewhere(info, *programs)) {
    return std::move(*elsewhere);
  }
  // What libxdp pinned for a device that is gone keeps our program loaded.
  if (programs->empty() || is_kept_by_libxdp(pins)) {
    return Whereabouts{};
  }
  Whereabouts lost;
  lost.place = Place::kUnreachable;
  lost.program_id = info.counted_program_id;
  return lost;
}

} // namespace xdpstats
