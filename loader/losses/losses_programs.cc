// SPDX-License-Identifier: BSD-2-Clause
#include "loader/losses/losses_programs.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "bpf/losses.h"
#include "loader/system/library_log.h"
#include "loader/system/xdp_handles.h"
#include "losses.skel.h"
#include "losses_typed.skel.h"

namespace xdpstats {
namespace {

Result<UniqueFd> create_devices(int like) {
  LIBBPF_OPTS(bpf_map_create_opts, inner, .inner_map_fd = static_cast<__u32>(like));
  UniqueFd map(bpf_map_create(BPF_MAP_TYPE_HASH_OF_MAPS, kLossesSetName, sizeof(__u64),
                              sizeof(__u32), LOSSES_DEVICES, &inner));
  if (!map.valid()) {
    return os_failure("cannot create the map of devices whose losses are counted", errno);
  }
  return map;
}

template <typename Skeleton> Result<BpfObject> load(int devices) {
  size_t size = 0;
  const void *bytes = Skeleton::elf_bytes(&size);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "losses");
  BpfObject object(bpf_object__open_mem(bytes, size, &options));
  if (!object) {
    return library_failure("cannot open the BPF object that counts lost frames", errno);
  }
  bpf_map *map = bpf_object__find_map_by_name(object.get(), "losses");
  bpf_map *reasons = bpf_object__find_map_by_name(object.get(), "reasons");
  int error = bpf_map__reuse_fd(map, devices);
  if (error == 0) {
    error = bpf_map__set_autocreate(reasons, false);
  }
  if (error == 0) {
    error = bpf_object__load(object.get());
  }
  if (error != 0) {
    return library_failure("cannot load the programs that count lost frames", error);
  }
  return object;
}

Result<BpfObject> load_either(int devices) {
  forget_library_log();
  auto object = load<losses>(devices);
  if (object) {
    return object;
  }
  // What libbpf said of the first is lost then: the first is what nearly all kernels take.
  auto typed = load<losses_typed>(devices);
  return typed ? std::move(typed) : Failure(object.error());
}

} // namespace

Result<LossesPrograms> attach_losses_programs(int like) {
  auto devices = create_devices(like);
  if (!devices) {
    return Failure(devices.error());
  }
  const auto object = load_either(devices->get());
  if (!object) {
    return Failure(object.error());
  }
  LossesPrograms attached;
  attached.devices = std::move(*devices);
  for (const char *name : kLossesPrograms) {
    const bpf_program *program = bpf_object__find_program_by_name(object->get(), name);
    // A tracing program names its tracepoint itself.
    const bool typed = bpf_program__type(program) == BPF_PROG_TYPE_TRACING;
    const std::string tracepoint = "xdp_" + std::string(name);
    UniqueFd link(
        bpf_raw_tracepoint_open(typed ? nullptr : tracepoint.c_str(), bpf_program__fd(program)));
    if (!link.valid()) {
      return os_failure("cannot attach to tracepoint '" + tracepoint + "'", errno);
    }
    attached.links.push_back(std::move(link));
  }
  return attached;
}

} // namespace xdpstats
