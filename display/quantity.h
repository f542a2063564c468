// SPDX-License-Identifier: BSD-2-Clause
// What a table can show of a device and an action.
#pragma once

#include <optional>
#include <string>

#include "display/rates.h"

namespace xdpstats {

enum class Quantity { kPackets, kBytes, kPacketRate, kBitRate };

[[nodiscard]] inline bool is_rate(Quantity quantity) {
  return quantity == Quantity::kPacketRate || quantity == Quantity::kBitRate;
}

/// "packets", "bytes", "packets/s" or "bits/s".
[[nodiscard]] std::string quantity_name(Quantity quantity);

/// Totals exact with grouped thousands, rates scaled, "-" for a rate that is not known.
[[nodiscard]] std::string quantity_text(Quantity quantity, const xdp_stats_record &record,
                                        const std::optional<Rate> &rate);

} // namespace xdpstats
