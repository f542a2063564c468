// SPDX-License-Identifier: BSD-2-Clause
// Counters as values of collectd's types.
#pragma once

#include <cstdint>
#include <vector>

#include "pinning/device_reader.h"

namespace xdpstats {

/// One DERIVE value: a type of collectd's stock types.db and the action it counts.
struct Value {
  const char *type;
  const char *type_instance;
  int64_t value;
};

/// The packets of the five actions, then their octets, including those that are zero; and, where
/// they are counted, the frames lost after tx and redirect.
[[nodiscard]] std::vector<Value> values_of(const DeviceSample &sample);

} // namespace xdpstats
