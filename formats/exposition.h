// SPDX-License-Identifier: BSD-2-Clause
// The two text formats of Prometheus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats {

/// kClassic: text format 0.0.4, which node_exporter's textfile collector and Telegraf read.
/// kOpenMetrics: 1.0, which names a counter's family without "_total" and ends with "# EOF".
enum class Dialect { kClassic, kOpenMetrics };

/// xdp_stats_packets_total and xdp_stats_bytes_total (device, action), xdp_stats_counting (device;
/// no sample where the state is unknown) and xdp_stats_build_info (version). A family without a
/// sample is left out.
[[nodiscard]] std::string render_exposition(const std::vector<DeviceSample> &samples,
                                            std::string_view version, Dialect dialect);

/// `value` as it is written between the quotes of a label.
[[nodiscard]] std::string escape_label(std::string_view value);

} // namespace xdpstats
