// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace xdpstats {
namespace {

std::string text_of(const DeviceSample &sample) {
  std::string text;
  for (const auto &[type, type_instance, value] : values_of(sample)) {
    text += std::string(type) + "-" + type_instance + " " + std::to_string(value) + "\n";
  }
  return text;
}

TEST(PluginValues, AreTenInTheOrderOfTheActions) {
  DeviceSample sample;
  sample.counters = {{{2, 3}, {5, 7}, {0, 0}, {11, 13}, {17, UINT64_MAX}}};
  EXPECT_EQ(text_of(sample), "if_rx_packets-aborted 2\n"
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

TEST(PluginValues, AddWhatWasLostWhereThatIsCounted) {
  DeviceSample sample;
  sample.losses.emplace();
  EXPECT_THAT(text_of(sample), testing::EndsWith("if_rx_octets-redirect 0\n"
                                                 "if_rx_dropped-tx 0\n"
                                                 "if_rx_dropped-redirect 0\n"));
  sample.losses = {{XDP_TX, -ENXIO, 3}, {XDP_REDIRECT, -EINVAL, 7}, {XDP_REDIRECT, 0, 5}};
  EXPECT_THAT(text_of(sample), testing::EndsWith("if_rx_dropped-tx 3\n"
                                                 "if_rx_dropped-redirect 12\n"));
}

} // namespace
} // namespace xdpstats
