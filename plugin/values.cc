// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/values.h"

namespace xdpstats {

std::array<Value, 2 * kActionCount> values_of(const Counters &counters) {
  std::array<Value, 2 *kActionCount> values = {};
  for (size_t action = 0; action < kActionCount; ++action) {
    // DERIVE is signed; beyond 2^63 both wrap alike and differences stay right.
    values[action] = {"if_rx_packets", kActionNames[action],
                      static_cast<int64_t>(counters[action].packets)};
    values[kActionCount + action] = {"if_rx_octets", kActionNames[action],
                                     static_cast<int64_t>(counters[action].bytes)};
  }
  return values;
}

} // namespace xdpstats
