// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/values.h"

namespace xdpstats {

std::array<Value, 2 * kActionCount> values_of(const Counters &counters) {
  std::array<Value, 2 *kActionCount> values = {};
  for (size_t action = 0; action < kActionCount; ++action) {
    // DERIVE is signed: a counter above 2^63 becomes a negative number, and differences stay right.
    values[action] = {"if_rx_packets", kActionNames[action],
                      static_cast<int64_t>(counters[action].packets)};
    values[kActionCount + action] = {"if_rx_octets", kActionNames[action],
                                     static_cast<int64_t>(counters[action].bytes)};
  }
  return values;
}

} // namespace xdpstats
