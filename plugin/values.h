// SPDX-License-Identifier: BSD-2-Clause
// Counters as values of collectd's types.
#pragma once

#include <array>
#include <cstdint>

#include "pinning/stats_map.h"

namespace xdpstats {

/// One DERIVE value: a type of collectd's stock types.db and the action it counts.
struct Value {
  const char *type;
  const char *type_instance;
  int64_t value;
};

/// The packets of the five actions, then their octets, including those that are zero.
[[nodiscard]] std::array<Value, 2 * kActionCount> values_of(const Counters &counters);

} // namespace xdpstats
