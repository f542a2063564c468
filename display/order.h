// SPDX-License-Identifier: BSD-2-Clause
// Which devices a table shows, and in which order.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "display/rates.h"
#include "formats/snapshot.h"

namespace xdpstats {

enum class Order {
  kName,    ///< as people sort: eth2 before eth10
  kPackets, ///< the busiest first
  kDrop,    ///< those that drop most first
};

struct Arrangement {
  std::optional<Order> order; ///< nullopt: as the samples come
  size_t top = 0;             ///< how many to keep; 0: all
};

/// Arranges the samples and, if there are any, their rates. Rates decide, where they are known, and
/// totals where they do not; then the name. Returns how many samples were left out.
size_t arrange(const Arrangement &how, std::vector<DeviceSample> &samples,
               std::vector<std::optional<Rates>> &rates);

} // namespace xdpstats
