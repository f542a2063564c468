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
  size_t width = 80;    ///< columns to fit into if possible; no number is ever cut
  size_t max_lines = 0; ///< with rates: lines to fit into, 0: as many as it takes. Totals are left
                        ///< out first, then bits/s, then devices, which a last line says
  bool coloured = false;
};

/// Totals of all samples, exact, or, with `rates` (one for each sample), rates and totals.
[[nodiscard]] std::vector<std::string> render_table(const std::vector<DeviceSample> &samples,
                                                    const std::vector<std::optional<Rates>> *rates,
                                                    const TableStyle &style);

/// What a table cannot hold: why nobody counts whom, what went uncounted.
[[nodiscard]] std::vector<std::string> table_notes(const std::vector<DeviceSample> &samples);

/// "builtin (native)", "observe xdp_filter (skb)", "program my_prog (native)", "none", or "-" if
/// nothing is known.
[[nodiscard]] std::string counted_by(const DeviceSample &sample);

} // namespace xdpstats
