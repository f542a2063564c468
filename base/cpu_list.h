// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xdpstats {

/// The numbers of CPUs, ascending, as the kernel lists them: "0-3,8". nullopt if it is no such
/// list.
[[nodiscard]] std::optional<std::vector<uint32_t>> parse_cpu_list(std::string_view text);

/// The CPUs of this machine, each list ascending.
struct CpuLists {
  std::vector<uint32_t> possible; ///< may ever be plugged in: a per-CPU map has a value for each
  std::vector<uint32_t> online;   ///< now
};

[[nodiscard]] Result<CpuLists> read_cpu_lists();

/// How many CPUs may ever be plugged in. It never changes, so it is read only once.
[[nodiscard]] Result<size_t> possible_cpu_count();

} // namespace xdpstats
