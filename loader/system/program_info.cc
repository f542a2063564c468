// SPDX-License-Identifier: BSD-2-Clause
#include "loader/system/program_info.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>

namespace xdpstats {

bool ProgramInfo::uses_map(uint32_t map_id) const {
  return std::find(map_ids.begin(), map_ids.end(), map_id) != map_ids.end();
}

Result<ProgramInfo> program_by_fd(int fd) {
  bpf_prog_info sizes = {};
  __u32 length = sizeof(sizes);
  if (bpf_obj_get_info_by_fd(fd, &sizes, &length) != 0) {
    return os_failure("cannot get information about a BPF program", errno);
  }
  ProgramInfo program;
  program.id = sizes.id;
  program.type = static_cast<bpf_prog_type>(sizes.type);
  program.name = sizes.name;
  program.loaded_at = sizes.load_time;
  program.btf_id = sizes.btf_id;
  program.map_ids.resize(sizes.nr_map_ids);

  // The kernel knows the main function as the first of the program's functions, whatever its name.
  bpf_func_info function = {};
  bpf_prog_info info = {};
  info.nr_map_ids = sizes.nr_map_ids;
  info.map_ids = reinterpret_cast<__u64>(program.map_ids.data());
  if (sizes.btf_id != 0 && sizes.nr_func_info != 0) {
    info.nr_func_info = 1;
    info.func_info_rec_size = sizeof(function);
    info.func_info = reinterpret_cast<__u64>(&function);
  }
  length = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) {
    return os_failure("cannot get the maps of BPF program '" + program.name + "'", errno);
  }
  if (function.type_id != 0) {
    program.main_function = function.type_id;
  }
  return program;
}

Result<UniqueFd> open_program(uint32_t id) {
  UniqueFd fd(bpf_prog_get_fd_by_id(id));
  if (!fd.valid()) {
    return os_failure("cannot open BPF program " + std::to_string(id), errno);
  }
  return fd;
}

Result<ProgramInfo> program_by_id(uint32_t id) {
  const auto fd = open_program(id);
  return fd ? program_by_fd(fd->get()) : Failure(fd.error());
}

Result<Btf> program_types(const ProgramInfo &program) {
  Btf types(btf__load_from_kernel_by_id(program.btf_id));
  if (const long error = libbpf_get_error(types.get()); error != 0) {
    static_cast<void>(types.release());
    return os_failure("cannot read the BTF of BPF program '" + program.name + "'",
                      static_cast<int>(error));
  }
  return types;
}

std::string full_program_name(const ProgramInfo &program) {
  if (!program.main_function) {
    return program.name;
  }
  const auto types = program_types(program);
  const btf_type *type = types ? btf__type_by_id(types->get(), *program.main_function) : nullptr;
  const char *name = type == nullptr ? nullptr : btf__name_by_offset(types->get(), type->name_off);
  return name == nullptr || *name == '\0' ? program.name : name;
}

bool link_is_there(uint32_t id) {
  return UniqueFd(bpf_link_get_fd_by_id(id)).valid() || errno != ENOENT;
}

Result<bpf_link_info> link_by_fd(int fd) {
  bpf_link_info info = {};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) {
    return os_failure("cannot get information about a BPF link", errno);
  }
  return info;
}

} // namespace xdpstats
