// SPDX-License-Identifier: BSD-2-Clause
// The parts of a chain: programs that stand in the place of functions of the program that the
// device runs (freplace), as libxdp's dispatcher has them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loader/system/program_info.h"

namespace xdpstats {

struct Component {
  UniqueFd fd;
  ProgramInfo program;
  uint32_t link_id = 0;
  uint32_t replaced_function = 0; ///< its type in the BTF of the program that the device runs
};

/// The components of `main`, in the order in which libxdp's dispatcher runs them: by the functions
/// they replace, prog0, prog1 and so on. Empty: it is no dispatcher, or none is attached. Needs
/// CAP_SYS_ADMIN.
[[nodiscard]] Result<std::vector<Component>> find_components(const ProgramInfo &main);

/// The programs that have a component for whose id `is_wanted`, by the ids that their devices tell.
/// Tracing programs are asked about, too. Needs CAP_SYS_ADMIN.
[[nodiscard]] Result<std::vector<uint32_t>>
programs_with_component(const std::function<bool(uint32_t id)> &is_wanted);

/// Whether this is libxdp's dispatcher, by the name of its main function.
[[nodiscard]] bool is_libxdp_dispatcher(const ProgramInfo &main);

} // namespace xdpstats
