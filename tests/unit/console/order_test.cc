// SPDX-License-Identifier: BSD-2-Clause
#include "display/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;

using OptionalRates = std::vector<std::optional<Rates>>;

DeviceSample device(const char *name, uint64_t dropped, uint64_t passed) {
  Counters counters = {};
  counters[XDP_DROP] = {dropped, dropped * 64};
  counters[XDP_PASS] = {passed, passed * 64};
  return counted_sample(name, counters);
}

Rates dropping(double dropped, double passed) {
  Rates rates;
  rates[XDP_DROP] = {dropped, dropped * 512};
  rates[XDP_PASS] = {passed, passed * 512};
  return rates;
}

// As the pin root lists them.
std::vector<DeviceSample> four() {
  return {device("eth1", 3, 11), device("eth2", 7, 2), device("eth10", 5, 13),
          device("eth11", 7, 2)};
}

std::vector<std::string> arranged(const Arrangement &how, OptionalRates rates = {},
                                  size_t left_out = 0) {
  auto samples = four();
  EXPECT_EQ(arrange(how, samples, rates), left_out);
  EXPECT_TRUE(rates.empty() || rates.size() == samples.size());
  std::vector<std::string> names;
  for (const auto &sample : samples) {
    names.push_back(sample.name);
  }
  return names;
}

TEST(Arrange, LeavesTheOrderUnlessAsked) {
  EXPECT_THAT(arranged({}), ElementsAre("eth1", "eth2", "eth10", "eth11"));
  EXPECT_THAT(arranged({std::nullopt, 3}, {}, 1), ElementsAre("eth1", "eth2", "eth10"));
  EXPECT_THAT(arranged({std::nullopt, 5}), ElementsAre("eth1", "eth2", "eth10", "eth11"));
}

TEST(Arrange, GoesByTotalsWithoutRatesAndByNameAmongEquals) {
  EXPECT_THAT(arranged({Order::kPackets, 0}), ElementsAre("eth10", "eth1", "eth2", "eth11"));
  EXPECT_THAT(arranged({Order::kDrop, 3}, {}, 1), ElementsAre("eth2", "eth11", "eth10"));
  EXPECT_THAT(arranged({Order::kName, 2}, {}, 2), ElementsAre("eth1", "eth2"));
}

TEST(Arrange, GoesByRatesWhereTheyAreKnownAndTakesThemAlong) {
  const OptionalRates rates = {dropping(2, 1), std::nullopt, dropping(1, 5), std::nullopt};
  EXPECT_THAT(arranged({Order::kPackets, 0}, rates), ElementsAre("eth10", "eth1", "eth2", "eth11"));
  EXPECT_THAT(arranged({Order::kDrop, 0}, rates), ElementsAre("eth1", "eth10", "eth2", "eth11"));
  auto samples = four();
  OptionalRates along = rates;
  EXPECT_EQ(arrange({Order::kDrop, 2}, samples, along), 2U);
  EXPECT_THAT(along, ElementsAre(rates[0], rates[2]));
}

} // namespace
} // namespace xdpstats::test
