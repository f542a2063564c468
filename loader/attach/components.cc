// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/components.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

namespace xdpstats {
namespace {

// The number in "prog7"; the largest one for other functions, as for the main function, which a
// chain of one replaces.
unsigned place_of(const btf *types, uint32_t function) {
  const btf_type *type = btf__type_by_id(types, function);
  const std::string_view name = type == nullptr ? "" : btf__name_by_offset(types, type->name_off);
  constexpr std::string_view kPrefix = "prog";
  unsigned place = ~0U;
  if (name.starts_with(kPrefix)) {
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), place);
  }
  return place;
}

Result<void> sort_by_place(const ProgramInfo &main, std::vector<Component> &components) {
  if (components.size() < 2) {
    return {};
  }
  const auto types = program_types(main);
  if (!types) {
    return Failure(types.error());
  }
  std::stable_sort(components.begin(), components.end(),
                   [&types](const Component &one, const Component &other) {
                     return place_of(types->get(), one.replaced_function) <
                            place_of(types->get(), other.replaced_function);
                   });
  return {};
}

} // namespace

Result<std::vector<Component>> find_components(const ProgramInfo &main) {
  std::vector<Component> components;
  __u32 id = 0;
  while (bpf_link_get_next_id(id, &id) == 0) {
    const UniqueFd link(bpf_link_get_fd_by_id(id));
    if (!link.valid()) {
      if (errno == ENOENT || errno == EAGAIN) {
        continue; // gone meanwhile, or being made
      }
      return os_failure("cannot open BPF link " + std::to_string(id), errno);
    }
    const auto info = link_by_fd(link.get());
    if (!info) {
      return Failure(info.error());
    }
    if (info->type != BPF_LINK_TYPE_TRACING || info->tracing.target_obj_id != main.id) {
      continue;
    }
    auto fd = open_program(info->prog_id);
    auto program = fd ? program_by_fd(fd->get()) : Failure(fd.error());
    if (!program && program.error().code != ENOENT) {
      return Failure(program.error());
    }
    // Tracing programs, ours among them, have links of the same type.
    if (program && program->type == BPF_PROG_TYPE_EXT) {
      components.push_back({std::move(*fd), std::move(*program), info->tracing.target_btf_id});
    }
  }
  // The search ends with ENOENT behind the last one.
  if (errno != ENOENT) {
    return os_failure("cannot list the BPF links", errno);
  }
  if (auto sorted = sort_by_place(main, components); !sorted) {
    return Failure(sorted.error());
  }
  return components;
}

bool is_libxdp_dispatcher(const ProgramInfo &main) {
  return main.name == "xdp_dispatcher" && full_program_name(main) == "xdp_dispatcher";
}

} // namespace xdpstats
