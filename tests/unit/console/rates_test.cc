// SPDX-License-Identifier: BSD-2-Clause
#include "display/rates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

DeviceSample at(double seconds, const Counters &counters, uint32_t map_id = 41) {
  DeviceSample sample = counted_sample("eth0", counters);
  sample.map_id = map_id;
  sample.read_at += std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(seconds));
  return sample;
}

TEST(RateTracker, KnowsNoRateAtFirst) {
  RateTracker tracker;
  const Change change = tracker.update({{at(0, kPrimes)}, {}, {}});
  EXPECT_THAT(change.rates, ElementsAre(std::nullopt));
  EXPECT_THAT(change.events, IsEmpty());
}

TEST(RateTracker, DividesByTheTimeThatPassed) {
  Counters later = kPrimes;
  later[XDP_DROP].packets += 101;
  later[XDP_DROP].bytes += 6053;
  RateTracker tracker;
  (void)tracker.update({{at(10, kPrimes)}, {}, {}});
  const Change change = tracker.update({{at(10.25, later)}, {}, {}});
  ASSERT_TRUE(change.rates.at(0));
  EXPECT_DOUBLE_EQ((*change.rates[0])[XDP_DROP].packets, 404);
  EXPECT_DOUBLE_EQ((*change.rates[0])[XDP_DROP].bits, 8.0 * 6053 * 4);
  EXPECT_EQ((*change.rates[0])[XDP_PASS].packets, 0);
  EXPECT_THAT(change.events, IsEmpty());
}

TEST(RateTracker, SubtractsLargeCountersExactly) {
  Counters before = {};
  before[XDP_PASS] = {kMax - 13, kMax - 17};
  Counters after = before;
  after[XDP_PASS] = {kMax, kMax};
  RateTracker tracker;
  (void)tracker.update({{at(0, before)}, {}, {}});
  const Change change = tracker.update({{at(1, after)}, {}, {}});
  ASSERT_TRUE(change.rates.at(0));
  EXPECT_DOUBLE_EQ((*change.rates[0])[XDP_PASS].packets, 13);
  EXPECT_DOUBLE_EQ((*change.rates[0])[XDP_PASS].bits, 136);
}

TEST(RateTracker, StartsAnewWhenTheMapIsAnotherOne) {
  Counters more = kPrimes;
  more[XDP_PASS].packets += 1009;
  RateTracker tracker;
  (void)tracker.update({{at(0, kPrimes, 41)}, {}, {}});
  Change change = tracker.update({{at(1, more, 43)}, {}, {}});
  EXPECT_THAT(change.rates, ElementsAre(std::nullopt));
  EXPECT_THAT(change.events,
              ElementsAre("eth0: the counters are those of another map; rates start anew"));
  more[XDP_PASS].packets += 7;
  change = tracker.update({{at(2, more, 43)}, {}, {}});
  ASSERT_TRUE(change.rates.at(0));
  EXPECT_DOUBLE_EQ((*change.rates[0])[XDP_PASS].packets, 7);
  EXPECT_THAT(change.events, IsEmpty());
}

TEST(RateTracker, IsNeverNegative) {
  Counters less = kPrimes;
  less[XDP_TX].bytes -= 1;
  less[XDP_PASS].packets += 5;
  RateTracker tracker;
  (void)tracker.update({{at(0, kPrimes)}, {}, {}});
  const Change change = tracker.update({{at(1, less)}, {}, {}});
  EXPECT_THAT(change.rates, ElementsAre(std::nullopt));
  EXPECT_THAT(change.events, ElementsAre("eth0: the counters went back; rates start anew"));
}

DeviceSample split_at(double seconds, const std::vector<CpuCounters> &cpus) {
  Counters sums = {};
  for (const auto &one : cpus) {
    for (size_t action = 0; action < kActionCount; ++action) {
      sums[action].packets += one.counters[action].packets;
      sums[action].bytes += one.counters[action].bytes;
    }
  }
  DeviceSample sample = at(seconds, sums);
  sample.per_cpu = true;
  sample.cpus = cpus;
  return sample;
}

TEST(RateTracker, KnowsTheRatesOfCpus) {
  Counters later = kPrimes;
  later[XDP_DROP].packets += 101;
  RateTracker tracker;
  (void)tracker.update({{split_at(0, {{0, kPrimes}})}, {}, {}});
  // CPU 9 was not listed, as it had counted nothing.
  const Change change = tracker.update({{split_at(0.5, {{0, later}, {9, kPrimes}})}, {}, {}});
  ASSERT_TRUE(change.rates.at(0));
  const Rates &rates = *change.rates[0];
  EXPECT_THAT(rates.cpus, SizeIs(2));
  EXPECT_DOUBLE_EQ(rates.cpus.at(0)[XDP_DROP].packets, 202);
  EXPECT_DOUBLE_EQ(rates.cpus.at(0)[XDP_PASS].packets, 0);
  EXPECT_DOUBLE_EQ(rates.cpus.at(9)[XDP_PASS].packets, 10);
  EXPECT_DOUBLE_EQ(rates[XDP_DROP].packets, 208);
}

TEST(RateTracker, IsNeverNegativeForACpu) {
  Counters more = kPrimes;
  more[XDP_PASS].packets += 1009;
  RateTracker tracker;
  (void)tracker.update({{split_at(0, {{0, kPrimes}, {1, kPrimes}})}, {}, {}});
  // The sum has grown.
  const Change change = tracker.update({{split_at(1, {{0, more}, {1, {}}})}, {}, {}});
  EXPECT_THAT(change.rates, ElementsAre(std::nullopt));
  EXPECT_THAT(change.events, ElementsAre("eth0: the counters went back; rates start anew"));
}

TEST(RateTracker, TellsOfDevicesThatGoAndCome) {
  RateTracker tracker;
  (void)tracker.update({{at(0, kPrimes)}, {}, {}});
  EXPECT_THAT(tracker.update({}).events, ElementsAre("eth0: the counters are gone"));
  EXPECT_THAT(tracker.update({}).events, IsEmpty());
  const Change back = tracker.update({{at(3, kPrimes)}, {}, {}});
  EXPECT_THAT(back.events, ElementsAre("eth0: counters have appeared"));
  EXPECT_THAT(back.rates, ElementsAre(std::nullopt));
}

TEST(RateTracker, NeverDividesByZero) {
  RateTracker tracker;
  (void)tracker.update({{at(1, kPrimes)}, {}, {}});
  EXPECT_THAT(tracker.update({{at(1, kPrimes)}, {}, {}}).rates, ElementsAre(std::nullopt));
}

} // namespace
} // namespace xdpstats::test
