// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observe_target.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "bpf/xdp_stats_info.h"
#include "loader/attach/device_state.h"
#include "loader/system/xdp_handles.h"

namespace xdpstats {
namespace {

using Btf = std::unique_ptr<btf, Closer<btf__free>>;

Result<bpf_prog_info> program_info(int fd, bpf_func_info *first_function) {
  bpf_prog_info info = {};
  if (first_function != nullptr) {
    info.nr_func_info = 1;
    info.func_info_rec_size = sizeof(*first_function);
    info.func_info = reinterpret_cast<__u64>(first_function);
  }
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) {
    return os_failure("cannot get information about an XDP program", errno);
  }
  return info;
}

Failure cannot_observe(const std::string &device, const std::string &reason,
                       const std::string &hint = {}) {
  return failure("cannot observe '" + device + "': " + reason, hint);
}

const btf_type *skip_modifiers(const btf *types, __u32 id) {
  const btf_type *type = btf__type_by_id(types, id);
  while (type != nullptr && (btf_is_mod(type) || btf_is_typedef(type))) {
    type = btf__type_by_id(types, type->type);
  }
  return type;
}

bool is_context_pointer(const btf *types, __u32 id) {
  const btf_type *type = skip_modifiers(types, id);
  if (type == nullptr || !btf_is_ptr(type)) {
    return false;
  }
  type = skip_modifiers(types, type->type);
  return type != nullptr && btf_is_struct(type) &&
         std::string_view(btf__name_by_offset(types, type->name_off)) == "xdp_md";
}

// The kernel knows the main function as the first of the program's functions, whatever its name.
Result<ObserveTarget> describe_program(const std::string &device, UniqueFd program) {
  bpf_func_info function = {};
  const auto info = program_info(program.get(), nullptr);
  if (!info) {
    return Failure(info.error());
  }
  const std::string named =
      "its XDP program '" + std::string(info->name) + "' (id " + std::to_string(info->id) + ") ";
  if (info->btf_id == 0 || info->nr_func_info == 0) {
    return cannot_observe(device, named + "was loaded without BTF, which tracing needs",
                          "compile it with clang -g, do not strip .BTF and .BTF.ext, and load it "
                          "with a loader that passes them on, as libbpf does");
  }
  if (auto filled = program_info(program.get(), &function); !filled) {
    return Failure(filled.error());
  }
  const Btf types(btf__load_from_kernel_by_id(info->btf_id));
  if (!types) {
    return os_failure("cannot observe '" + device + "': cannot read the BTF of " + named, errno);
  }
  ObserveTarget target;
  target.program_id = info->id;
  target.extension = info->type == BPF_PROG_TYPE_EXT;
  target.function_id = function.type_id;
  const btf_type *type = btf__type_by_id(types.get(), function.type_id);
  const btf_type *prototype = type == nullptr ? nullptr : btf__type_by_id(types.get(), type->type);
  if (prototype == nullptr || !btf_is_func_proto(prototype)) {
    return cannot_observe(device, named + "has BTF that does not tell its main function");
  }
  target.function = btf__name_by_offset(types.get(), type->name_off);
  if (btf_vlen(prototype) == 0) {
    return cannot_observe(device,
                          named + "has a main function '" + target.function +
                              "' without parameters, so a frame's device and length cannot be seen",
                          "declare its parameter: int " + target.function + "(struct xdp_md *ctx)");
  }
  target.typed =
      btf_vlen(prototype) == 1 && is_context_pointer(types.get(), btf_params(prototype)->type);
  target.program = std::move(program);
  return target;
}

// With one program libxdp replaces the dispatcher's main function: the dispatcher itself never
// runs, and the kernel lets nobody trace it. `map_ids`: those of all components are added.
Result<std::optional<UniqueFd>> find_replacement(const ObserveTarget &main,
                                                 std::vector<uint32_t> &map_ids) {
  std::optional<UniqueFd> replacement;
  __u32 id = 0;
  while (bpf_link_get_next_id(id, &id) == 0) {
    const UniqueFd link(bpf_link_get_fd_by_id(id));
    if (!link.valid()) {
      if (errno == ENOENT || errno == EAGAIN) {
        continue; // gone meanwhile, or being made
      }
      return os_failure("cannot open BPF link " + std::to_string(id), errno);
    }
    bpf_link_info info = {};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(link.get(), &info, &length) != 0 ||
        info.type != BPF_LINK_TYPE_TRACING || info.tracing.target_obj_id != main.program_id) {
      continue;
    }
    UniqueFd program(bpf_prog_get_fd_by_id(info.prog_id));
    if (!program.valid()) {
      continue;
    }
    const auto described = program_info(program.get(), nullptr);
    if (!described || described->type != BPF_PROG_TYPE_EXT) {
      continue;
    }
    if (const auto component = program_by_fd(program.get())) {
      map_ids.insert(map_ids.end(), component->map_ids.begin(), component->map_ids.end());
    }
    if (info.tracing.target_btf_id == main.function_id) {
      replacement = std::move(program);
    }
  }
  return replacement;
}

} // namespace

Result<ObserveTarget> find_observe_target(const std::string &device, const Netdev &netdev) {
  if (netdev.attach_mode == XDP_STATS_ATTACH_HW) {
    return cannot_observe(device, "its XDP program runs in the network card, where no tracing "
                                  "program can see it");
  }
  if (netdev.program_id == 0) {
    return cannot_observe(device, "it has no XDP program",
                          "attach one first; --pin without --observe counts with the built-in "
                          "program");
  }
  UniqueFd main(bpf_prog_get_fd_by_id(netdev.program_id));
  if (!main.valid()) {
    return os_failure("cannot observe '" + device + "': cannot open its XDP program (id " +
                          std::to_string(netdev.program_id) + ")",
                      errno);
  }
  const auto info = program_info(main.get(), nullptr);
  if (!info) {
    return Failure(info.error());
  }
  auto target = describe_program(device, std::move(main));
  if (target) {
    const auto own = program_by_fd(target->program.get());
    std::vector<uint32_t> map_ids = own ? own->map_ids : std::vector<uint32_t>();
    auto replacement = find_replacement(*target, map_ids);
    if (!replacement) {
      return Failure(replacement.error());
    }
    if (*replacement) {
      target = describe_program(device, std::move(**replacement));
    }
    if (target) {
      target->map_ids = std::move(map_ids);
    }
  }
  if (target) {
    target->loaded_at = info->load_time;
  }
  return target;
}

} // namespace xdpstats
