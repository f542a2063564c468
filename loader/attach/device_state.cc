// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/device_state.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/fd.h"
#include "loader/system/capabilities.h"
#include "loader/system/library_log.h"

namespace xdpstats {
namespace {

Result<void> inspect_programs(DeviceState &state) {
  forget_library_log();
  state.multiprog.reset(xdp_multiprog__get_from_ifindex(static_cast<int>(state.netdev.ifindex)));
  if (const long error = libxdp_get_error(state.multiprog.get()); error != 0) {
    static_cast<void>(state.multiprog.release());
    return library_failure("cannot look at the XDP programs of '" + state.name + "'",
                           static_cast<int>(error));
  }
  const auto add = [&state](const xdp_program *program) -> Result<void> {
    auto attached = program_by_fd(xdp_program__fd(program));
    if (!attached) {
      return Failure(attached.error());
    }
    state.programs.push_back(std::move(*attached));
    return {};
  };
  if (xdp_program *hardware = xdp_multiprog__hw_prog(state.multiprog.get())) {
    if (auto added = add(hardware); !added) {
      return added;
    }
  }
  xdp_program *main = xdp_multiprog__main_prog(state.multiprog.get());
  if (main == nullptr) {
    return {};
  }
  if (xdp_multiprog__is_legacy(state.multiprog.get())) {
    return add(main);
  }
  state.dispatcher = true;
  for (xdp_program *component = nullptr;
       (component = xdp_multiprog__next_prog(component, state.multiprog.get())) != nullptr;) {
    if (auto added = add(component); !added) {
      return added;
    }
  }
  return {};
}

} // namespace

Result<AttachedProgram> program_by_fd(int fd) {
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) {
    return os_failure("cannot get information about an XDP program", errno);
  }
  AttachedProgram program;
  program.id = info.id;
  program.name = info.name;
  program.map_ids.resize(info.nr_map_ids);
  bpf_prog_info again = {};
  again.nr_map_ids = info.nr_map_ids;
  again.map_ids = reinterpret_cast<__u64>(program.map_ids.data());
  length = sizeof(again);
  if (bpf_obj_get_info_by_fd(fd, &again, &length) != 0) {
    return os_failure("cannot get the maps of XDP program '" + program.name + "'", errno);
  }
  return program;
}

const AttachedProgram *DeviceState::program_using(uint32_t map_id) const {
  const auto found =
      std::find_if(programs.begin(), programs.end(), [map_id](const AttachedProgram &program) {
        return std::find(program.map_ids.begin(), program.map_ids.end(), map_id) !=
               program.map_ids.end();
      });
  return found == programs.end() ? nullptr : &*found;
}

Result<DeviceState> examine_device(const std::string &name) {
  const auto table = read_netdevs();
  if (!table) {
    return Failure(table.error());
  }
  const auto found = table->find(name);
  if (found == table->end()) {
    return os_failure("cannot find device '" + name + "'", ENODEV,
                      "list the devices of this network namespace with: ip link");
  }
  DeviceState state;
  state.name = name;
  state.netdev = found->second;
  const Netdev &netdev = state.netdev;
  if (netdev.native_id == 0 && netdev.skb_id == 0 && netdev.hw_id == 0) {
    state.inspected = true;
    return state;
  }
  if (!has_capability(CAP_SYS_ADMIN)) {
    return state;
  }
  if (auto inspected = inspect_programs(state); !inspected) {
    return Failure(inspected.error());
  }
  state.inspected = true;
  return state;
}

Result<AttachedProgram> program_by_id(uint32_t id) {
  const UniqueFd fd(bpf_prog_get_fd_by_id(id));
  if (!fd.valid()) {
    return os_failure("cannot open BPF program " + std::to_string(id), errno);
  }
  return program_by_fd(fd.get());
}

std::string full_program_name(int fd) {
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) {
    return "";
  }
  std::string short_name = info.name;
  if (info.btf_id == 0 || info.nr_func_info == 0) {
    return short_name;
  }
  bpf_func_info function = {};
  bpf_prog_info again = {};
  again.nr_func_info = 1;
  again.func_info_rec_size = sizeof(function);
  again.func_info = reinterpret_cast<__u64>(&function);
  length = sizeof(again);
  if (bpf_obj_get_info_by_fd(fd, &again, &length) != 0) {
    return short_name;
  }
  const std::unique_ptr<btf, decltype(&btf__free)> types(btf__load_from_kernel_by_id(info.btf_id),
                                                         btf__free);
  if (libbpf_get_error(types.get()) != 0) {
    return short_name;
  }
  const btf_type *type = btf__type_by_id(types.get(), function.type_id);
  const char *name = type == nullptr ? nullptr : btf__name_by_offset(types.get(), type->name_off);
  return name == nullptr || *name == '\0' ? short_name : name;
}

} // namespace xdpstats
