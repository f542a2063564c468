// SPDX-License-Identifier: BSD-2-Clause
// What the kernel tells of loaded BPF programs and of links. Looking one up by its id needs
// CAP_SYS_ADMIN.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loader/system/xdp_handles.h"

namespace xdpstats {

struct ProgramInfo {
  uint32_t id = 0;
  bpf_prog_type type = BPF_PROG_TYPE_UNSPEC;
  std::string name;                      ///< as the kernel keeps it, cut to 15 characters
  uint64_t loaded_at = 0;                ///< ns of CLOCK_BOOTTIME
  uint32_t btf_id = 0;                   ///< of its types; 0: it was loaded without
  std::optional<uint32_t> main_function; ///< its type in them; nullopt: loaded without func_info
  std::vector<uint32_t> map_ids;         ///< of the maps it uses

  /// Whether it can be observed and chained, both of which need its types.
  [[nodiscard]] bool has_types() const { return main_function.has_value(); }
  [[nodiscard]] bool uses_map(uint32_t map_id) const;
};

/// What helps where a program has none.
inline constexpr char kTypesHint[] =
    "without BTF the kernel lets nobody observe it or chain with it: compile it with clang -g, do "
    "not strip .BTF and .BTF.ext, and load it with a loader that passes them on, as libbpf does";

/// `fd` is borrowed. Fails if it is no program.
[[nodiscard]] Result<ProgramInfo> program_by_fd(int fd);

/// Fails with code ENOENT if no such program is loaded.
[[nodiscard]] Result<UniqueFd> open_program(uint32_t id);
[[nodiscard]] Result<ProgramInfo> program_by_id(uint32_t id);

/// The types of a program that has some.
[[nodiscard]] Result<Btf> program_types(const ProgramInfo &program);

/// The name of its main function from its BTF where it has some, else the name that the kernel
/// keeps.
[[nodiscard]] std::string full_program_name(const ProgramInfo &program);

/// Whether there is a link with this id, as far as we may look.
[[nodiscard]] bool link_is_there(uint32_t id);

/// `fd` is borrowed. Fails if it is no link.
[[nodiscard]] Result<bpf_link_info> link_by_fd(int fd);

} // namespace xdpstats
