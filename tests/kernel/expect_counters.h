// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include "pinning/stats_map.h"

namespace xdpstats::test {

/// All five actions, packets and bytes, exactly.
inline void expect_counters(const Counters &counted, const Counters &expected) {
  for (size_t action = 0; action < kActionCount; ++action) {
    EXPECT_EQ(counted[action].packets, expected[action].packets) << kActionNames[action];
    EXPECT_EQ(counted[action].bytes, expected[action].bytes) << kActionNames[action];
  }
}

/// Only XDP_PASS was seen.
inline Counters all_passed(uint64_t packets, uint64_t bytes) {
  Counters counters = {};
  counters[XDP_PASS] = {packets, bytes};
  return counters;
}

} // namespace xdpstats::test
