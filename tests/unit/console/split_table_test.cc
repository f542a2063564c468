// SPDX-License-Identifier: BSD-2-Clause
// Tables of --per-cpu.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

#include "base/text.h"
#include "display/table.h"
#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::ResultOf;
using testing::SizeIs;

using Lines = std::vector<std::string>;
using OptionalRates = std::vector<std::optional<Rates>>;

class SplitTable : public testing::Test {
protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

// CPU number n drops n packets of a byte a second.
Rates rates_of_cpus(uint32_t cpus) {
  Rates rates;
  for (uint32_t cpu = 0; cpu < cpus; ++cpu) {
    rates.cpus[cpu][XDP_DROP] = {static_cast<double>(cpu), static_cast<double>(cpu) * 8};
    rates[XDP_DROP].packets += cpu;
    rates[XDP_DROP].bits += cpu * 8;
  }
  return rates;
}

TEST_F(SplitTable, ListsTheCpusThatSawSomethingBelowEachSum) {
  DeviceSample sample = split_sample("eth0", 2);
  sample.cpus->push_back({7, {}});
  sample.cpus->push_back({130, kPrimes});
  EXPECT_THAT(render_table({sample}, nullptr, {.width = 200}),
              ElementsAre("             ABORTED   DROP  PASS  TX  REDIRECT",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets          0      3     0   0         0",
                          "    cpu 0          0      1     0   0         0",
                          "    cpu 1          0      2     0   0         0",
                          "    cpu 130        2      3     5   7        11",
                          "  bytes            0  2,019     0   0         0",
                          "    cpu 0          0  1,009     0   0         0",
                          "    cpu 1          0  1,010     0   0         0",
                          "    cpu 130       13     17    19  23        29"));
}

TEST_F(SplitTable, HasALineForEachActionWhereItIsNarrow) {
  EXPECT_THAT(render_table({split_sample("eth0", 2)}, nullptr, {.width = 34}),
              ElementsAre("            PACKETS  BYTES", "eth0  counting  builtin (native)",
                          "      since 2026-11-22 14:53:02", "  aborted         0      0",
                          "  drop            3  2,019", "    cpu 0         1  1,009",
                          "    cpu 1         2  1,010", "  pass            0      0",
                          "  tx              0      0", "  redirect        0      0"));
}

TEST_F(SplitTable, LeavesADeviceWholeWhoseCpusShareTheCounters) {
  DeviceSample shared = counted_sample("eth1");
  shared.per_cpu = true;
  const std::vector<DeviceSample> samples = {split_sample("eth0", 1), shared};
  EXPECT_THAT(render_table(samples, nullptr, {}),
              ElementsAre("           ABORTED   DROP  PASS  TX  REDIRECT",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets        0      1     0   0         0",
                          "    cpu 0        0      1     0   0         0",
                          "  bytes          0  1,009     0   0         0",
                          "    cpu 0        0  1,009     0   0         0",
                          "eth1  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets        2      3     5   7        11",
                          "  bytes         13     17    19  23        29"));
  EXPECT_THAT(table_notes(samples), ElementsAre("not split: all CPUs share the counters (eth1)"));
}

TEST_F(SplitTable, ShowsRatesOfCpus) {
  const OptionalRates rates = {rates_of_cpus(2)};
  const Lines lines = render_table({split_sample("eth0", 2)}, &rates, {});
  EXPECT_THAT(lines, SizeIs(2 + 4 * 3));
  EXPECT_EQ(lines[8], "  packets/s        0   1.00      0      0         0");
  EXPECT_EQ(lines[10], "    cpu 1          0   1.00      0      0         0");
  EXPECT_EQ(lines[13], "    cpu 1          0   8.00      0      0         0");
  const OptionalRates unknown = {std::nullopt};
  EXPECT_THAT(render_table({split_sample("eth0", 2)}, &unknown, {}),
              Contains("    cpu 1          -      -      -      -         -"));
}

TEST_F(SplitTable, ShowsTheBusiestOfManyCpusOnAScreen) {
  const OptionalRates rates = {rates_of_cpus(256)};
  const Lines lines =
      render_table({split_sample("eth0", 256)}, &rates, {.width = 80, .max_lines = 10});
  EXPECT_THAT(lines, ElementsAre("             ABORTED   DROP   PASS     TX  REDIRECT",
                                 "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                                 "  packets/s        0  32.6k      0      0         0",
                                 "    cpu 250        0    250      0      0         0",
                                 "    cpu 251        0    251      0      0         0",
                                 "    cpu 252        0    252      0      0         0",
                                 "    cpu 253        0    253      0      0         0",
                                 "    cpu 254        0    254      0      0         0",
                                 "    cpu 255        0    255      0      0         0",
                                 "    and 250 more CPUs"));
}

TEST_F(SplitTable, SaysThatThereIsNoRoomForCpus) {
  const OptionalRates rates(12, rates_of_cpus(256));
  const Lines lines = render_table(std::vector<DeviceSample>(12, split_sample("eth0", 256)), &rates,
                                   {.width = 80, .max_lines = 20});
  EXPECT_EQ(lines.back(), "CPUs are left out; choose fewer devices with --dev");
  EXPECT_THAT(lines, SizeIs(2 + 12 + 1));
  EXPECT_THAT(lines, Each(Not(HasSubstr("cpu"))));
}

TEST_F(SplitTable, FitsAnyScreen) {
  for (const size_t count : {1U, 3U, 40U}) {
    for (const uint32_t cpus : {0U, 2U, 256U}) {
      const OptionalRates rates(count, rates_of_cpus(cpus));
      const std::vector<DeviceSample> samples(count, split_sample("eth0", cpus));
      for (const size_t width : {80U, 132U, 200U}) {
        for (const size_t max_lines : {1U, 2U, 3U, 20U, 47U, 600U}) {
          const Lines lines =
              render_table(samples, &rates, {.width = width, .max_lines = max_lines});
          EXPECT_THAT(lines, SizeIs(Le(max_lines)));
          EXPECT_THAT(lines, Each(ResultOf(display_width, Le(width))));
        }
      }
    }
  }
}

} // namespace
} // namespace xdpstats::test
