// SPDX-License-Identifier: BSD-2-Clause
// What the lines of a table are of: devices, and their CPUs.
#pragma once

#include <cstdint>
#include <vector>

#include "display/rates.h"
#include "display/table_layout.h"

namespace xdpstats {

/// Of a device as a whole, or of one of its CPUs. Points into a TableInput.
struct Numbers {
  const Counters *counters;
  const ActionRates *rates; ///< null: not known
};

[[nodiscard]] Numbers sums_of(const TableInput &input, size_t device);

struct CpuRow {
  uint32_t cpu;
  Numbers numbers;
};

struct CpuRows {
  std::vector<CpuRow> rows; ///< by number
  size_t left_out = 0;
};

/// The CPUs of a device that have counted something. Of more than input.most_cpus the busiest: by
/// packets a second where rates are known, else by packets.
[[nodiscard]] CpuRows cpu_rows(const TableInput &input, size_t device);

} // namespace xdpstats
