// SPDX-License-Identifier: BSD-2-Clause
// The table for people, in the first of its layouts (table_layout.h) that fits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "display/rates.h"
#include "formats/snapshot.h"

namespace xdpstats {

struct TableStyle {
  size_t width = 80; ///< columns to fit into if possible; a number is never cut
  /// With rates: lines to fit into; 0: no limit. What is left out, in this order: totals, bits/s,
  /// devices; a last line says how many devices.
  size_t max_lines = 0;
  bool coloured = false;
};

/// The totals of all samples, exact; with `rates` (one for each sample) rates and totals.
[[nodiscard]] std::vector<std::string> render_table(const std::vector<DeviceSample> &samples,
                                                    const std::vector<std::optional<Rates>> *rates,
                                                    const TableStyle &style);

/// Notes below the table: why a device is not counted, and how much went uncounted.
[[nodiscard]] std::vector<std::string> table_notes(const std::vector<DeviceSample> &samples);

/// "builtin (native)", "observe xdp_filter (skb)", "program my_prog (native)", "none", or "-" if
/// nothing is known.
[[nodiscard]] std::string counted_by(const DeviceSample &sample);

} // namespace xdpstats
