// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/values.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace xdpstats {
namespace {

TEST(PluginValues, AreTenInTheOrderOfTheActions) {
  const Counters counters = {{{2, 3}, {5, 7}, {0, 0}, {11, 13}, {17, UINT64_MAX}}};
  std::string text;
  for (const auto &[type, type_instance, value] : values_of(counters)) {
    text += std::string(type) + "-" + type_instance + " " + std::to_string(value) + "\n";
  }
  EXPECT_EQ(text, "if_rx_packets-aborted 2\n"
                  "if_rx_packets-drop 5\n"
                  "if_rx_packets-pass 0\n"
                  "if_rx_packets-tx 11\n"
                  "if_rx_packets-redirect 17\n"
                  "if_rx_octets-aborted 3\n"
                  "if_rx_octets-drop 7\n"
                  "if_rx_octets-pass 0\n"
                  "if_rx_octets-tx 13\n"
                  "if_rx_octets-redirect -1\n"); // 2^64 - 1 as a DERIVE value
}

} // namespace
} // namespace xdpstats
