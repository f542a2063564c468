// SPDX-License-Identifier: BSD-2-Clause
#include "formats/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(JsonLines, IsOneObjectForEachDeviceAndLine) {
  EXPECT_EQ(
      render_json_lines({counted_sample("eth0"), foreign_sample("xdp-filter")}, kCreated + 7),
      "{\"time\":\"2026-11-22T14:53:02.000000007Z\",\"device\":\"eth0\",\"state\":\"counting\","
      "\"reason\":\"\",\"mode\":\"builtin\",\"program\":\"xdp_stats\",\"attach_mode\":\"native\","
      "\"ifindex\":3,\"netdev_program_id\":31,\"counted_program_id\":37,"
      "\"since\":\"2026-11-22T14:53:02.000000000Z\","
      "\"attached\":\"2026-11-22T14:53:02.000000001Z\",\"changes\":0,\"uncovered_ns\":0,"
      "\"map_id\":41,\"actions\":{\"aborted\":{\"packets\":2,\"bytes\":13},"
      "\"drop\":{\"packets\":3,\"bytes\":17},\"pass\":{\"packets\":5,\"bytes\":19},"
      "\"tx\":{\"packets\":7,\"bytes\":23,\"lost\":null},"
      "\"redirect\":{\"packets\":11,\"bytes\":29,\"lost\":null}}}\n"
      "{\"time\":\"2026-11-22T14:53:02.000000007Z\",\"device\":\"xdp-filter\","
      "\"state\":\"unknown\",\"reason\":\"\",\"mode\":null,\"program\":null,\"attach_mode\":null,"
      "\"ifindex\":null,\"netdev_program_id\":null,\"counted_program_id\":null,\"since\":null,"
      "\"attached\":null,\"changes\":null,\"uncovered_ns\":null,\"map_id\":41,"
      "\"actions\":{\"aborted\":{\"packets\":2,\"bytes\":13},"
      "\"drop\":{\"packets\":3,\"bytes\":17},\"pass\":{\"packets\":5,\"bytes\":19},"
      "\"tx\":{\"packets\":7,\"bytes\":23,\"lost\":null},"
      "\"redirect\":{\"packets\":11,\"bytes\":29,\"lost\":null}}}\n");
}

TEST(JsonLines, HasTheCpusThatSawAnActionInIt) {
  DeviceSample split = split_sample("eth0", 2);
  split.cpus->push_back({7, {}});
  EXPECT_THAT(render_json_lines({split}, kCreated),
              AllOf(HasSubstr("\"aborted\":{\"packets\":0,\"bytes\":0,\"cpus\":{}}"),
                    HasSubstr("\"drop\":{\"packets\":3,\"bytes\":2019,\"cpus\":{"
                              "\"0\":{\"packets\":1,\"bytes\":1009},"
                              "\"1\":{\"packets\":2,\"bytes\":1010}}}")));
  DeviceSample shared = counted_sample("eth1");
  shared.per_cpu = true;
  EXPECT_THAT(render_json_lines({shared}, kCreated),
              HasSubstr("\"drop\":{\"packets\":3,\"bytes\":17,\"cpus\":null}"));
}

TEST(JsonLines, HasWhatWasLostInTheActionsThatCanLose) {
  DeviceSample sample = counted_sample("eth0");
  sample.losses = lost_frames();
  EXPECT_THAT(
      render_json_lines({sample}, kCreated),
      AllOf(HasSubstr("\"pass\":{\"packets\":5,\"bytes\":19},"),
            HasSubstr("\"tx\":{\"packets\":7,\"bytes\":23,"
                      "\"lost\":{\"packets\":1009,\"reasons\":{\"exception\":1009}}}"),
            HasSubstr("\"redirect\":{\"packets\":11,\"bytes\":29,\"lost\":{\"packets\":5017,"
                      "\"reasons\":{\"EOPNOTSUPP\":5003,\"unsent\":11,\"errno_4000\":3}}}")));
}

TEST(JsonLines, IsEmptyWithoutDevices) { EXPECT_EQ(render_json_lines({}, kCreated), ""); }

TEST(JsonLines, IsExactToTheLargestCounter) {
  Counters counters = {};
  counters[XDP_REDIRECT] = {kMax, kMax - 1};
  EXPECT_THAT(render_json_lines({counted_sample("eth0", counters)}, kCreated),
              HasSubstr("\"redirect\":{\"packets\":18446744073709551615,"
                        "\"bytes\":18446744073709551614,"));
}

TEST(JsonLines, EscapesNamesAndReplacesBytesThatAreNoText) {
  EXPECT_THAT(render_json_lines({foreign_sample("a\"\\\n\xFF")}, kCreated),
              HasSubstr("\"device\":\"a\\\"\\\\%0A%FF\""));
}

} // namespace
} // namespace xdpstats::test
