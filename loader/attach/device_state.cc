// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/device_state.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "loader/attach/components.h"
#include "loader/system/capabilities.h"

namespace xdpstats {
namespace {

Result<void> inspect_host_program(DeviceState &state) {
  auto main = program_by_id(state.netdev.program_id);
  if (!main) {
    return Failure(main.error());
  }
  auto components = find_components(*main);
  if (!components) {
    return Failure(components.error());
  }
  state.dispatcher = !components->empty() || is_libxdp_dispatcher(*main);
  if (!state.dispatcher) {
    state.programs.push_back(std::move(*main));
  }
  for (Component &component : *components) {
    state.programs.push_back(std::move(component.program));
  }
  return {};
}

Result<void> inspect_programs(DeviceState &state) {
  if (state.netdev.hw_id != 0) {
    auto hardware = program_by_id(state.netdev.hw_id);
    if (!hardware) {
      return Failure(hardware.error());
    }
    state.programs.push_back(std::move(*hardware));
  }
  const bool on_host =
      state.netdev.program_id != 0 && state.netdev.program_id != state.netdev.hw_id;
  return on_host ? inspect_host_program(state) : Result<void>{};
}

// Whoever rebuilds a chain replaces the device's program in some ten milliseconds.
constexpr int kTries = 20;

Result<DeviceState> examine_once(const std::string &name) {
  const auto netdev = read_netdev(name);
  if (!netdev) {
    return Failure(netdev.error());
  }
  if (!*netdev) {
    return os_failure("cannot find device '" + name + "'", ENODEV,
                      "list the devices of this network namespace with: ip link");
  }
  DeviceState state;
  state.name = name;
  state.netdev = (*netdev)->netdev;
  const bool bare = state.netdev.program_id == 0 && state.netdev.hw_id == 0;
  if (!bare && !has_capability(CAP_SYS_ADMIN)) {
    return state;
  }
  if (auto inspected = inspect_programs(state); !inspected) {
    return Failure(inspected.error());
  }
  state.inspected = true;
  return state;
}

} // namespace

const ProgramInfo *DeviceState::program_using(uint32_t map_id) const {
  const auto found =
      std::find_if(programs.begin(), programs.end(),
                   [map_id](const ProgramInfo &program) { return program.uses_map(map_id); });
  return found == programs.end() ? nullptr : &*found;
}

Result<DeviceState> examine_device(const std::string &name) {
  auto state = examine_once(name);
  // The program was replaced between two of our questions.
  for (int tries = 1; !state && state.error().code == ENOENT && tries < kTries; ++tries) {
    state = examine_once(name);
  }
  if (!state && state.error().code != ENODEV) {
    return Failure(
        Error{"cannot look at the XDP programs of '" + name + "': " + state.error().message,
              state.error().hint, 0});
  }
  return state;
}

} // namespace xdpstats
