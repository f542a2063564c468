// SPDX-License-Identifier: BSD-2-Clause
#include "display/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "base/text.h"
#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::ResultOf;
using testing::SizeIs;

using Lines = std::vector<std::string>;
using OptionalRates = std::vector<std::optional<Rates>>;

class Table : public testing::Test {
protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

std::vector<DeviceSample> many(size_t count, const Counters &counters = kPrimes) {
  std::vector<DeviceSample> samples;
  for (size_t number = 0; number < count; ++number) {
    samples.push_back(counted_sample("eth" + std::to_string(number), counters));
  }
  return samples;
}

Counters all_equal(uint64_t number) {
  Counters counters;
  counters.fill({number, number});
  return counters;
}

Rates some_rates() {
  Rates rates;
  rates[XDP_DROP] = {2'200'000, 1'056'000'000};
  rates[XDP_PASS] = {1, 480};
  return rates;
}

TEST_F(Table, HasARowOfWhatWasLost) {
  std::vector<DeviceSample> samples = {counted_sample("eth0"), counted_sample("eth1")};
  samples[0].losses = lost_frames();
  samples[1].losses.emplace();
  EXPECT_THAT(render_table(samples, nullptr, {.width = 80}),
              ElementsAre("           ABORTED  DROP  PASS     TX  REDIRECT",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets        2     3     5      7        11",
                          "  bytes         13    17    19     23        29",
                          "  lost                          1,009     5,017",
                          "eth1  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets        2     3     5      7        11",
                          "  bytes         13    17    19     23        29"));
  EXPECT_THAT(render_table(samples, nullptr, {.width = 200}),
              ElementsAre("DEVICE  STATE     COUNTED BY        SINCE                         "
                          "ABORTED  DROP  PASS     TX  REDIRECT",
                          "eth0    counting  builtin (native)  2026-11-22 14:53:02  packets        "
                          "2     3     5      7        11",
                          "                                                         bytes         "
                          "13    17    19     23        29",
                          "                                                         lost           "
                          "               1,009     5,017",
                          "eth1    counting  builtin (native)  2026-11-22 14:53:02  packets        "
                          "2     3     5      7        11",
                          "                                                         bytes         "
                          "13    17    19     23        29"));
}

TEST_F(Table, HasAColumnOfWhatWasLostWhereItIsNarrow) {
  std::vector<DeviceSample> samples = {counted_sample("eth0", all_equal(kMax))};
  samples[0].losses = lost_frames();
  EXPECT_THAT(
      render_table(samples, nullptr, {.width = 80}),
      AllOf(Contains("                               PACKETS                       BYTES   LOST"),
            Contains("  tx        18,446,744,073,709,551,615  18,446,744,073,709,551,615  1,009"),
            Contains("  drop      18,446,744,073,709,551,615  18,446,744,073,709,551,615")));
}

TEST_F(Table, TellsInWordsWhyFramesWereLost) {
  DeviceSample sample = counted_sample("eth0");
  sample.losses = lost_frames();
  EXPECT_THAT(table_notes({sample}),
              ElementsAre("eth0: tx: 1,009 exception (the driver could not send them)",
                          "eth0: redirect: 5,003 EOPNOTSUPP (the target does not take XDP frames)",
                          "eth0: redirect: 11 unsent (the target's queue was full, or its own "
                          "program dropped them)",
                          "eth0: redirect: 3 errno_4000"));
  sample.losses->push_back({XDP_REDIRECT, -ENXIO, 2});
  sample.losses->push_back({XDP_REDIRECT, -EINVAL, 1});
  EXPECT_THAT(table_notes({sample}), Contains("eth0: redirect: and 2 more reasons"));
}

TEST_F(Table, IsOneLineForADeviceWhereThatFits) {
  EXPECT_THAT(
      render_table({counted_sample("eth0")}, nullptr, {.width = 129}),
      ElementsAre(std::string(85, ' ') + "PACKETS" + std::string(32, ' ') + "BYTES",
                  "DEVICE  STATE     COUNTED BY        SINCE                  "
                  "ABORTED  DROP  PASS  TX  REDIRECT    ABORTED  DROP  PASS  TX  REDIRECT",
                  "eth0    counting  builtin (native)  2026-11-22 14:53:02    "
                  "      2     3     5   7        11         13    17    19  23        29"));
}

TEST_F(Table, IsALineForPacketsAndOneForBytesBelow129Columns) {
  const Lines expected = {"DEVICE  STATE     COUNTED BY        SINCE                         "
                          "ABORTED  DROP  PASS  TX  REDIRECT",
                          "eth0    counting  builtin (native)  2026-11-22 14:53:02  packets  "
                          "      2     3     5   7        11",
                          "                                                         bytes    "
                          "     13    17    19  23        29"};
  EXPECT_EQ(render_table({counted_sample("eth0")}, nullptr, {.width = 128}), expected);
  EXPECT_EQ(render_table({counted_sample("eth0")}, nullptr, {.width = 99}), expected);
}

TEST_F(Table, HasAHeadingForEachDeviceBelow99Columns) {
  const Lines expected = {"           ABORTED  DROP  PASS  TX  REDIRECT",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets        2     3     5   7        11",
                          "  bytes         13    17    19  23        29"};
  EXPECT_EQ(render_table({counted_sample("eth0")}, nullptr, {.width = 98}), expected);
  EXPECT_EQ(render_table({counted_sample("eth0")}, nullptr, {.width = 59}), expected);
}

TEST_F(Table, BreaksAHeadingThatIsTooLong) {
  EXPECT_THAT(render_table({counted_sample("eth0")}, nullptr, {.width = 58}),
              ElementsAre("           ABORTED  DROP  PASS  TX  REDIRECT",
                          "eth0  counting  builtin (native)", "      since 2026-11-22 14:53:02",
                          "  packets        2     3     5   7        11",
                          "  bytes         13    17    19  23        29"));
}

TEST_F(Table, HasALineForEachActionWhereNothingElseFits) {
  const std::string max = "18,446,744,073,709,551,615";
  EXPECT_THAT(render_table({counted_sample("eth0", all_equal(kMax))}, nullptr, {.width = 80}),
              ElementsAre("                               PACKETS                       BYTES",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  aborted   " + max + "  " + max, "  drop      " + max + "  " + max,
                          "  pass      " + max + "  " + max, "  tx        " + max + "  " + max,
                          "  redirect  " + max + "  " + max));
}

TEST_F(Table, SaysOfAMapOfSomebodyElseWhatIsKnown) {
  EXPECT_THAT(render_table({foreign_sample("filter"), counted_sample("eth0")}, nullptr, {}),
              ElementsAre("           ABORTED  DROP  PASS  TX  REDIRECT", "filter  unknown",
                          "  packets        2     3     5   7        11",
                          "  bytes         13    17    19  23        29",
                          "eth0    counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets        2     3     5   7        11",
                          "  bytes         13    17    19  23        29"));
}

TEST_F(Table, ShowsRatesBesideTotals) {
  const OptionalRates rates = {some_rates()};
  EXPECT_THAT(render_table({counted_sample("eth0")}, &rates, {}),
              ElementsAre("             ABORTED   DROP   PASS     TX  REDIRECT",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets          2      3      5      7        11",
                          "  bytes           13     17     19     23        29",
                          "  packets/s        0  2.20M   1.00      0         0",
                          "  bits/s           0  1.06G    480      0         0"));
}

TEST_F(Table, ShowsADashForARateThatIsNotKnown) {
  const OptionalRates rates = {std::nullopt};
  EXPECT_THAT(render_table({counted_sample("eth0")}, &rates, {}),
              Contains("  packets/s        -      -      -      -         -"));
}

TEST_F(Table, NeverSetsAZeroForARateThatIsNotKnownBesideOneThatIs) {
  const OptionalRates rates = {std::nullopt, some_rates()};
  const Lines lines = render_table(many(2), &rates, {});
  EXPECT_THAT(lines, Contains("  packets/s        -      -      -      -         -"));
  EXPECT_THAT(lines, Contains("  packets/s        0  2.20M   1.00      0         0"));
}

TEST_F(Table, LeavesOutTotalsWhereLinesAreFew) {
  const OptionalRates rates(5, some_rates());
  const Lines lines = render_table(many(5), &rates, {.width = 80, .max_lines = 20});
  EXPECT_THAT(lines, SizeIs(Le(20U)));
  EXPECT_THAT(lines, Contains("  packets/s        0  2.20M   1.00      0         0"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("  bytes"))));
}

TEST_F(Table, LeavesOutBitsAndThenDevicesAndSaysSo) {
  const OptionalRates rates(40, some_rates());
  const Lines lines = render_table(many(40), &rates, {.width = 80, .max_lines = 20});
  ASSERT_THAT(lines, SizeIs(20));
  EXPECT_EQ(lines[1], "DEVICE  STATE       ABORTED   DROP   PASS     TX   REDIRECT");
  EXPECT_EQ(lines[2], "eth0    counting          0  2.20M   1.00      0          0");
  EXPECT_EQ(lines[18], "eth16   counting          0  2.20M   1.00      0          0");
  EXPECT_EQ(lines[19], "23 more devices; choose some with --dev");
}

TEST_F(Table, FitsAnyScreen) {
  for (const size_t count : {1U, 5U, 40U}) {
    const OptionalRates rates(count, some_rates());
    for (const size_t width : {80U, 132U, 200U}) {
      for (const size_t max_lines : {1U, 2U, 3U, 20U, 47U}) {
        const Lines lines = render_table(many(count, all_equal(1'299'709)), &rates,
                                         {.width = width, .max_lines = max_lines});
        EXPECT_THAT(lines, SizeIs(Le(max_lines)));
        EXPECT_THAT(lines, Each(ResultOf(display_width, Le(width))));
      }
    }
  }
}

TEST_F(Table, RepeatsItsTitlesEverySevenDevices) {
  const Lines lines = render_table(many(15), nullptr, {});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), lines.front()), 3);
  EXPECT_EQ(lines.at(1 + 7 * 3), lines.front());
}

TEST_F(Table, IsEmptyWithoutDevices) { EXPECT_THAT(render_table({}, nullptr, {}), IsEmpty()); }

TEST_F(Table, IsColouredOnlyWhenAsked) {
  const DeviceSample stopped = sample_in_state("eth0", CountingState::kStopped, "gone");
  EXPECT_THAT(render_table({stopped}, nullptr, {}), Each(Not(HasSubstr("\x1b"))));
  EXPECT_THAT(render_table({stopped}, nullptr, {.coloured = true}),
              Contains(AllOf(HasSubstr("\x1b[31mstopped"), HasSubstr("\x1b[1meth0\x1b[0m"))));
}

TEST_F(Table, LetsNoNameDriveTheTerminal) {
  EXPECT_THAT(render_table({foreign_sample("e\x1b[2Jx")}, nullptr, {}),
              Contains(HasSubstr("e%1B[2Jx")));
}

TEST(CountedBy, NamesModeProgramAndHook) {
  DeviceSample sample = counted_sample("eth0");
  EXPECT_EQ(counted_by(sample), "builtin (native)");
  sample.info->mode = XDP_STATS_MODE_OBSERVE;
  sample.info->attach_mode = XDP_STATS_ATTACH_SKB;
  EXPECT_EQ(counted_by(sample), "observe xdp_stats (skb)");
  sample.info->mode = XDP_STATS_MODE_PROGRAM;
  sample.info->attach_mode = XDP_STATS_ATTACH_HW;
  EXPECT_EQ(counted_by(sample), "program xdp_stats (hw)");
  sample.info->mode = XDP_STATS_MODE_NONE;
  sample.info->attach_mode = XDP_STATS_ATTACH_NONE;
  EXPECT_EQ(counted_by(sample), "none");
  EXPECT_EQ(counted_by(foreign_sample("x")), "-");
}

TEST_F(Table, NotesTellAReasonOnceForAllItHolds) {
  EXPECT_THAT(table_notes({sample_in_state("eth0", CountingState::kStopped, "the device is gone"),
                           counted_sample("eth1"),
                           sample_in_state("eth2", CountingState::kStopped, "the device is gone"),
                           foreign_sample("filter")}),
              ElementsAre("stopped: the device is gone (eth0, eth2)"));
}

TEST_F(Table, NotesTellWhatWentUncounted) {
  DeviceSample sample = counted_sample("eth0");
  sample.info->changes = 3;
  sample.info->uncovered_ns = 1'204'567'890;
  sample.info->attached_at = kCreated + 60'000'000'000;
  EXPECT_THAT(table_notes({sample}),
              ElementsAre("eth0: moved to another program 3 times, last 2026-11-22 14:54:02; "
                          "uncounted meanwhile: 1,204 ms"));
}

} // namespace
} // namespace xdpstats::test
