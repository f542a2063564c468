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

// Calls `visit` for every tracing link, which freplace links are among. Fails if `visit` does.
template <typename Visit> Result<void> for_each_tracing_link(Visit visit) {
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
    if (info->type == BPF_LINK_TYPE_TRACING) {
      if (auto visited = visit(*info); !visited) {
        return visited;
      }
    }
  }
  // The search ends with ENOENT behind the last one.
  return errno == ENOENT ? Result<void>{} : os_failure("cannot list the BPF links", errno);
}

} // namespace

Result<std::vector<Component>> find_components(const ProgramInfo &main) {
  std::vector<Component> components;
  const auto add = [&](const bpf_link_info &link) -> Result<void> {
    if (link.tracing.target_obj_id != main.id) {
      return {};
    }
    auto fd = open_program(link.prog_id);
    auto program = fd ? program_by_fd(fd->get()) : Failure(fd.error());
    if (!program && program.error().code != ENOENT) {
      return Failure(program.error());
    }
    // Tracing programs, ours among them, have links of the same type.
    if (program && program->type == BPF_PROG_TYPE_EXT) {
      components.push_back(
          {std::move(*fd), std::move(*program), link.id, link.tracing.target_btf_id});
    }
    return {};
  };
  auto done = for_each_tracing_link(add);
  if (done) {
    done = sort_by_place(main, components);
  }
  return done ? Result<std::vector<Component>>(std::move(components)) : Failure(done.error());
}

Result<std::vector<uint32_t>>
programs_with_component(const std::function<bool(uint32_t id)> &is_wanted) {
  std::vector<uint32_t> programs;
  const auto done = for_each_tracing_link([&](const bpf_link_info &link) -> Result<void> {
    if (is_wanted(link.prog_id)) {
      programs.push_back(link.tracing.target_obj_id);
    }
    return {};
  });
  return done ? Result<std::vector<uint32_t>>(std::move(programs)) : Failure(done.error());
}

bool is_libxdp_dispatcher(const ProgramInfo &main) {
  return main.name == "xdp_dispatcher" && full_program_name(main) == "xdp_dispatcher";
}

} // namespace xdpstats
