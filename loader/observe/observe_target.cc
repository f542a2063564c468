// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observe_target.h"

#include <bpf/btf.h>

#include <optional>
#include <string_view>
#include <utility>

#include "bpf/xdp_stats_info.h"
#include "loader/attach/components.h"
#include "loader/system/xdp_handles.h"

namespace xdpstats {
namespace {

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

Result<ObserveTarget> target_of(const std::string &device, UniqueFd fd,
                                const ProgramInfo &program) {
  const std::string named =
      "its XDP program '" + program.name + "' (id " + std::to_string(program.id) + ") ";
  if (!program.has_types()) {
    return cannot_observe(device, named + "was loaded without BTF, which tracing needs",
                          kTypesHint);
  }
  const auto types = program_types(program);
  if (!types) {
    return cannot_observe(device, types.error().message);
  }
  const btf *btf = types->get();
  ObserveTarget target;
  target.program_id = program.id;
  target.extension = program.type == BPF_PROG_TYPE_EXT;
  target.function_id = *program.main_function;
  const btf_type *type = btf__type_by_id(btf, target.function_id);
  const btf_type *prototype = type == nullptr ? nullptr : btf__type_by_id(btf, type->type);
  if (prototype == nullptr || !btf_is_func_proto(prototype)) {
    return cannot_observe(device, named + "has BTF that does not tell its main function");
  }
  target.function = btf__name_by_offset(btf, type->name_off);
  if (btf_vlen(prototype) == 0) {
    return cannot_observe(device,
                          named + "has a main function '" + target.function +
                              "' without parameters, so a frame's device and length cannot be seen",
                          "declare its parameter: int " + target.function + "(struct xdp_md *ctx)");
  }
  target.typed = btf_vlen(prototype) == 1 && is_context_pointer(btf, btf_params(prototype)->type);
  target.program = std::move(fd);
  return target;
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
  auto fd = open_program(netdev.program_id);
  const auto main = fd ? program_by_fd(fd->get()) : Failure(fd.error());
  auto components = main ? find_components(*main) : Failure(main.error());
  if (!components) {
    return cannot_observe(device, components.error().message);
  }
  std::vector<uint32_t> map_ids = main->map_ids;
  Component *replacement = nullptr;
  for (Component &component : *components) {
    const auto &ids = component.program.map_ids;
    map_ids.insert(map_ids.end(), ids.begin(), ids.end());
    // With one program libxdp replaces the dispatcher's main function: the dispatcher itself never
    // runs, and the kernel lets nobody trace it.
    if (component.replaced_function == main->main_function) {
      replacement = &component;
    }
  }
  auto target = replacement == nullptr
                    ? target_of(device, std::move(*fd), *main)
                    : target_of(device, std::move(replacement->fd), replacement->program);
  if (target) {
    target->map_ids = std::move(map_ids);
    target->loaded_at = main->loaded_at;
    target->dispatcher = !components->empty();
    target->link_id = replacement == nullptr ? 0 : replacement->link_id;
  }
  return target;
}

} // namespace xdpstats
