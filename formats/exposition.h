// SPDX-License-Identifier: BSD-2-Clause
// The two text formats of Prometheus.
#pragma once

#include <string>
#include <string_view>

#include "formats/snapshot.h"

namespace xdpstats {

/// kClassic: text format 0.0.4, which node_exporter's textfile collector and Telegraf read.
/// kOpenMetrics: 1.0, which names a counter's family without "_total" and ends with "# EOF".
enum class Dialect { kClassic, kOpenMetrics };

/// By device: xdp_stats_packets_total and xdp_stats_bytes_total (with the action, and with the CPU
/// if the sample was split), xdp_stats_counting (no sample where the state is unknown), and, where
/// there is a record of who counts, xdp_stats_info (mode, program, attach_mode),
/// xdp_stats_changes_total and xdp_stats_uncovered_seconds_total. By snapshot:
/// xdp_stats_read_errors, the number of its problems, and xdp_stats_build_info (version). A family
/// without a sample is left out.
[[nodiscard]] std::string render_exposition(const Snapshot &snapshot, std::string_view version,
                                            Dialect dialect);

/// `value` as it is written between the quotes of a label.
[[nodiscard]] std::string escape_label(std::string_view value);

} // namespace xdpstats
