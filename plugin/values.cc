// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/values.h"

namespace xdpstats {

std::vector<Value> values_of(const DeviceSample &sample) {
  // DERIVE is signed: a counter above 2^63 becomes a negative number, and differences stay right.
  std::vector<Value> values;
  for (size_t action = 0; action < kActionCount; ++action) {
    values.push_back({"if_rx_packets", kActionNames[action],
                      static_cast<int64_t>(sample.counters[action].packets)});
  }
  for (size_t action = 0; action < kActionCount; ++action) {
    values.push_back({"if_rx_octets", kActionNames[action],
                      static_cast<int64_t>(sample.counters[action].bytes)});
  }
  if (sample.losses) {
    for (const uint32_t action : kLossActions) {
      values.push_back({"if_rx_dropped", kActionNames[action],
                        static_cast<int64_t>(lost_packets(*sample.losses, action))});
    }
  }
  return values;
}

} // namespace xdpstats
