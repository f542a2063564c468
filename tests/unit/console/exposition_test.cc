// SPDX-License-Identifier: BSD-2-Clause
#include "formats/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(ClassicFormat, IsAsSpecified) {
  EXPECT_EQ(render_exposition({counted_sample("eth0")}, "1.2.3", Dialect::kClassic),
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
            "# HELP xdp_stats_counting Whether the device's XDP verdicts are being counted.\n"
            "# TYPE xdp_stats_counting gauge\n"
            "xdp_stats_counting{device=\"eth0\"} 1\n"
            "# HELP xdp_stats_build_info Version of xdp-stats.\n"
            "# TYPE xdp_stats_build_info gauge\n"
            "xdp_stats_build_info{version=\"1.2.3\"} 1\n");
}

TEST(OpenMetrics, NamesFamiliesWithoutSuffixAndEnds) {
  EXPECT_EQ(render_exposition({counted_sample("eth0")}, "1.2.3", Dialect::kOpenMetrics),
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
            "# HELP xdp_stats_counting Whether the device's XDP verdicts are being counted.\n"
            "# TYPE xdp_stats_counting gauge\n"
            "xdp_stats_counting{device=\"eth0\"} 1\n"
            "# TYPE xdp_stats_build info\n"
            "# HELP xdp_stats_build Version of xdp-stats.\n"
            "xdp_stats_build_info{version=\"1.2.3\"} 1\n"
            "# EOF\n");
}

TEST(Exposition, WithoutDevicesHasTheBuildOnly) {
  EXPECT_EQ(render_exposition({}, "1.2.3", Dialect::kClassic),
            "# HELP xdp_stats_build_info Version of xdp-stats.\n"
            "# TYPE xdp_stats_build_info gauge\n"
            "xdp_stats_build_info{version=\"1.2.3\"} 1\n");
}

TEST(Exposition, SaysWhetherADeviceIsCountedOnlyWhereThatIsKnown) {
  const std::string text = render_exposition(
      {counted_sample("eth0"), sample_in_state("eth1", CountingState::kStopped, "gone"),
       sample_in_state("eth2", CountingState::kStale, "another program"),
       sample_in_state("eth3", CountingState::kUnknown, "elsewhere"), foreign_sample("xdp-filter")},
      "1", Dialect::kClassic);
  EXPECT_THAT(text, HasSubstr("xdp_stats_counting{device=\"eth0\"} 1\n"
                              "xdp_stats_counting{device=\"eth1\"} 0\n"
                              "xdp_stats_counting{device=\"eth2\"} 0\n"
                              "# HELP xdp_stats_build_info"));
  EXPECT_THAT(text,
              HasSubstr("xdp_stats_packets_total{device=\"xdp-filter\",action=\"drop\"} 3\n"));
}

TEST(Exposition, LeavesOutAFamilyWithoutSamples) {
  EXPECT_THAT(render_exposition({foreign_sample("xdp-filter")}, "1", Dialect::kOpenMetrics),
              Not(HasSubstr("xdp_stats_counting")));
}

TEST(Exposition, IsExactToTheLargestCounter) {
  Counters counters = {};
  counters[XDP_TX] = {kMax, kMax - 1};
  const std::string text =
      render_exposition({counted_sample("eth0", counters)}, "1", Dialect::kClassic);
  EXPECT_THAT(text,
              HasSubstr("packets_total{device=\"eth0\",action=\"tx\"} 18446744073709551615\n"));
  EXPECT_THAT(text, HasSubstr("bytes_total{device=\"eth0\",action=\"tx\"} 18446744073709551614\n"));
}

} // namespace
} // namespace xdpstats::test
