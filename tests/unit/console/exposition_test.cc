// SPDX-License-Identifier: BSD-2-Clause
#include "formats/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EscapeLabel, EscapesWhatTheFormatsEscape) {
  EXPECT_EQ(escape_label("eth0.100"), "eth0.100");
  EXPECT_EQ(escape_label("a\\b\"c\nd"), "a\\\\b\\\"c%0Ad");
  EXPECT_EQ(escape_label("\xFF"), "%FF");
}

// Moved three times, and a second and seven nanoseconds went uncounted.
Snapshot moved() {
  Snapshot snapshot = snapshot_of({counted_sample("eth0")});
  snapshot.samples[0].info->changes = 3;
  snapshot.samples[0].info->uncovered_ns = 1'000'000'007;
  return snapshot;
}

TEST(ClassicFormat, IsAsSpecified) {
  EXPECT_EQ(
      render_exposition(moved(), "1.2.3", Dialect::kClassic),
      "# HELP xdp_stats_packets_total Frames by XDP verdict.\n"
      "# TYPE xdp_stats_packets_total counter\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"aborted\"} 2\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"drop\"} 3\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"pass\"} 5\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"tx\"} 7\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"redirect\"} 11\n"
      "# HELP xdp_stats_bytes_total Bytes of frames by XDP verdict, Ethernet header "
      "included.\n"
      "# TYPE xdp_stats_bytes_total counter\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"aborted\"} 13\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"drop\"} 17\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"pass\"} 19\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"tx\"} 23\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"redirect\"} 29\n"
      "# HELP xdp_stats_info Who counts the device's XDP verdicts.\n"
      "# TYPE xdp_stats_info gauge\n"
      "xdp_stats_info{device=\"eth0\",mode=\"builtin\",program=\"xdp_stats\","
      "attach_mode=\"native\"} 1\n"
      "# HELP xdp_stats_counting Whether the device's XDP verdicts are being counted.\n"
      "# TYPE xdp_stats_counting gauge\n"
      "xdp_stats_counting{device=\"eth0\"} 1\n"
      "# HELP xdp_stats_changes_total How often counting was moved to another program.\n"
      "# TYPE xdp_stats_changes_total counter\n"
      "xdp_stats_changes_total{device=\"eth0\"} 3\n"
      "# HELP xdp_stats_uncovered_seconds_total Time during which verdicts went uncounted, as "
      "far as noticed.\n"
      "# TYPE xdp_stats_uncovered_seconds_total counter\n"
      "xdp_stats_uncovered_seconds_total{device=\"eth0\"} 1.000000007\n"
      "# HELP xdp_stats_read_errors What could not be read this time; standard error names "
      "it.\n"
      "# TYPE xdp_stats_read_errors gauge\n"
      "xdp_stats_read_errors 0\n"
      "# HELP xdp_stats_build_info Version of xdp-stats.\n"
      "# TYPE xdp_stats_build_info gauge\n"
      "xdp_stats_build_info{version=\"1.2.3\"} 1\n");
}

TEST(OpenMetrics, NamesFamiliesWithoutSuffixAndEnds) {
  EXPECT_EQ(
      render_exposition(moved(), "1.2.3", Dialect::kOpenMetrics),
      "# TYPE xdp_stats_packets counter\n"
      "# HELP xdp_stats_packets Frames by XDP verdict.\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"aborted\"} 2\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"drop\"} 3\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"pass\"} 5\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"tx\"} 7\n"
      "xdp_stats_packets_total{device=\"eth0\",action=\"redirect\"} 11\n"
      "# TYPE xdp_stats_bytes counter\n"
      "# UNIT xdp_stats_bytes bytes\n"
      "# HELP xdp_stats_bytes Bytes of frames by XDP verdict, Ethernet header included.\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"aborted\"} 13\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"drop\"} 17\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"pass\"} 19\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"tx\"} 23\n"
      "xdp_stats_bytes_total{device=\"eth0\",action=\"redirect\"} 29\n"
      "# TYPE xdp_stats info\n"
      "# HELP xdp_stats Who counts the device's XDP verdicts.\n"
      "xdp_stats_info{device=\"eth0\",mode=\"builtin\",program=\"xdp_stats\","
      "attach_mode=\"native\"} 1\n"
      "# TYPE xdp_stats_counting gauge\n"
      "# HELP xdp_stats_counting Whether the device's XDP verdicts are being counted.\n"
      "xdp_stats_counting{device=\"eth0\"} 1\n"
      "# TYPE xdp_stats_changes counter\n"
      "# HELP xdp_stats_changes How often counting was moved to another program.\n"
      "xdp_stats_changes_total{device=\"eth0\"} 3\n"
      "# TYPE xdp_stats_uncovered_seconds counter\n"
      "# UNIT xdp_stats_uncovered_seconds seconds\n"
      "# HELP xdp_stats_uncovered_seconds Time during which verdicts went uncounted, as far as "
      "noticed.\n"
      "xdp_stats_uncovered_seconds_total{device=\"eth0\"} 1.000000007\n"
      "# TYPE xdp_stats_read_errors gauge\n"
      "# HELP xdp_stats_read_errors What could not be read this time; standard error names "
      "it.\n"
      "xdp_stats_read_errors 0\n"
      "# TYPE xdp_stats_build info\n"
      "# HELP xdp_stats_build Version of xdp-stats.\n"
      "xdp_stats_build_info{version=\"1.2.3\"} 1\n"
      "# EOF\n");
}

TEST(Exposition, WithoutDevicesTellsOfErrorsAndTheBuild) {
  EXPECT_EQ(render_exposition({}, "1.2.3", Dialect::kClassic),
            "# HELP xdp_stats_read_errors What could not be read this time; standard error names "
            "it.\n"
            "# TYPE xdp_stats_read_errors gauge\n"
            "xdp_stats_read_errors 0\n"
            "# HELP xdp_stats_build_info Version of xdp-stats.\n"
            "# TYPE xdp_stats_build_info gauge\n"
            "xdp_stats_build_info{version=\"1.2.3\"} 1\n");
}

TEST(Exposition, SaysWhetherADeviceIsCountedOnlyWhereThatIsKnown) {
  const std::string text = render_exposition(
      snapshot_of({counted_sample("eth0"), sample_in_state("eth1", CountingState::kStopped, "gone"),
                   sample_in_state("eth2", CountingState::kStale, "another program"),
                   sample_in_state("eth3", CountingState::kUnknown, "elsewhere"),
                   foreign_sample("xdp-filter")}),
      "1", Dialect::kClassic);
  EXPECT_THAT(text, HasSubstr("xdp_stats_counting{device=\"eth0\"} 1\n"
                              "xdp_stats_counting{device=\"eth1\"} 0\n"
                              "xdp_stats_counting{device=\"eth2\"} 0\n"
                              "# HELP xdp_stats_changes_total"));
  EXPECT_THAT(text,
              HasSubstr("xdp_stats_packets_total{device=\"xdp-filter\",action=\"drop\"} 3\n"));
}

TEST(Exposition, LeavesOutAFamilyWithoutSamples) {
  const std::string text =
      render_exposition(snapshot_of({foreign_sample("xdp-filter")}), "1", Dialect::kOpenMetrics);
  for (const char *family : {"xdp_stats_counting", "xdp_stats_info", "xdp_stats info",
                             "xdp_stats_changes", "xdp_stats_uncovered"}) {
    EXPECT_THAT(text, Not(HasSubstr(family)));
  }
}

TEST(Exposition, TellsWhoCounts) {
  DeviceSample observed = counted_sample("eth0");
  observed.info->mode = XDP_STATS_MODE_OBSERVE;
  observed.info->attach_mode = XDP_STATS_ATTACH_SKB;
  std::strcpy(observed.info->program, "a\"b\\\xFF");
  DeviceSample nothing_yet = counted_sample("eth1");
  nothing_yet.info = xdp_stats_info{};
  const std::string text =
      render_exposition(snapshot_of({observed, nothing_yet}), "1", Dialect::kClassic);
  EXPECT_THAT(text, HasSubstr("xdp_stats_info{device=\"eth0\",mode=\"observe\",program="
                              "\"a\\\"b\\\\%FF\",attach_mode=\"skb\"} 1\n"
                              "xdp_stats_info{device=\"eth1\",mode=\"none\",program=\"\","
                              "attach_mode=\"none\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("uncovered_seconds_total{device=\"eth1\"} 0.000000000\n"));
}

TEST(Exposition, CountsWhatCouldNotBeRead) {
  Snapshot snapshot = snapshot_of({counted_sample("eth0")});
  snapshot.problems.resize(3);
  EXPECT_THAT(render_exposition(snapshot, "1", Dialect::kClassic),
              HasSubstr("\nxdp_stats_read_errors 3\n"));
}

TEST(Exposition, TellsUncoveredTimeExactly) {
  DeviceSample sample = counted_sample("eth0");
  sample.info->uncovered_ns = kMax;
  EXPECT_THAT(render_exposition(snapshot_of({sample}), "1", Dialect::kClassic),
              HasSubstr("_seconds_total{device=\"eth0\"} 18446744073.709551615\n"));
}

TEST(Exposition, TellsWhatWasLostWhereThatIsCounted) {
  DeviceSample counted = counted_sample("eth0");
  counted.losses = lost_frames();
  DeviceSample lossless = counted_sample("eth1");
  lossless.losses.emplace();
  const Snapshot snapshot = snapshot_of({counted, lossless, counted_sample("eth2")});
  EXPECT_THAT(
      render_exposition(snapshot, "1.2.3", Dialect::kOpenMetrics),
      HasSubstr(
          "# TYPE xdp_stats_lost_packets counter\n"
          "# HELP xdp_stats_lost_packets Frames lost after their verdict tx or redirect, by "
          "reason.\n"
          "xdp_stats_lost_packets_total{device=\"eth0\",action=\"tx\",reason=\"exception\"} 1009\n"
          "xdp_stats_lost_packets_total{device=\"eth0\",action=\"tx\",reason=\"unsent\"} 0\n"
          "xdp_stats_lost_packets_total{device=\"eth0\",action=\"redirect\","
          "reason=\"EOPNOTSUPP\"} 5003\n"
          "xdp_stats_lost_packets_total{device=\"eth0\",action=\"redirect\",reason=\"unsent\"} "
          "11\n"
          "xdp_stats_lost_packets_total{device=\"eth0\",action=\"redirect\","
          "reason=\"errno_4000\"} 3\n"
          "xdp_stats_lost_packets_total{device=\"eth1\",action=\"tx\",reason=\"unsent\"} 0\n"
          "xdp_stats_lost_packets_total{device=\"eth1\",action=\"redirect\",reason=\"unsent\"} "
          "0\n# TYPE"));
}

TEST(Exposition, HasCpusInsteadOfSumsWhereTheyWereAskedFor) {
  DeviceSample split = split_sample("eth0", 2);
  split.cpus->push_back({7, {}}); // online, and nothing came yet
  DeviceSample shared = counted_sample("eth1");
  shared.per_cpu = true;
  const std::string text = render_exposition(snapshot_of({split, shared}), "1", Dialect::kClassic);
  EXPECT_THAT(text, HasSubstr("_packets_total{device=\"eth0\",action=\"drop\",cpu=\"0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_packets_total{device=\"eth0\",action=\"drop\",cpu=\"1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("_bytes_total{device=\"eth0\",action=\"drop\",cpu=\"1\"} 1010\n"));
  EXPECT_THAT(text, HasSubstr("_bytes_total{device=\"eth0\",action=\"tx\",cpu=\"7\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("_packets_total{device=\"eth1\",action=\"drop\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("{device=\"eth0\",action=\"drop\"}")));
}

TEST(Exposition, IsExactToTheLargestCounter) {
  Counters counters = {};
  counters[XDP_TX] = {kMax, kMax - 1};
  const std::string text =
      render_exposition(snapshot_of({counted_sample("eth0", counters)}), "1", Dialect::kClassic);
  EXPECT_THAT(text,
              HasSubstr("packets_total{device=\"eth0\",action=\"tx\"} 18446744073709551615\n"));
  EXPECT_THAT(text, HasSubstr("bytes_total{device=\"eth0\",action=\"tx\"} 18446744073709551614\n"));
}

} // namespace
} // namespace xdpstats::test
