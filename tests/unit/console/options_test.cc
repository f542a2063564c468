// SPDX-License-Identifier: BSD-2-Clause
#include "console/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xdpstats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Options, DefaultToATableOfAllDevices) {
  const auto options = parse_options({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->selection.pin_root, "/sys/fs/bpf/xdp_stats");
  EXPECT_THAT(options->selection.devices, IsEmpty());
  EXPECT_THAT(options->selection.maps, IsEmpty());
  EXPECT_EQ(options->display.format, Format::kTable);
  EXPECT_EQ(options->display.program, "xdp-stats");
  EXPECT_FALSE(options->selection.per_cpu);
  EXPECT_FALSE(options->watch);
  EXPECT_EQ(options->answer, "");
}

TEST(Options, AreAllTaken) {
  const auto options =
      parse_options({"--dev", "eth1", "--dev=eth0", "--dev", "eth1", "--map", "filter=/a=b",
                     "--format", "openmetrics", "--watch", "0.25", "--count", "3", "--output",
                     "x.prom", "--pin-root", "/p", "--per-cpu"});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_THAT(options->selection.devices, ElementsAre("eth1", "eth0"));
  ASSERT_EQ(options->selection.maps.size(), 1U);
  EXPECT_EQ(options->selection.maps[0].label, "filter");
  EXPECT_EQ(options->selection.maps[0].path, "/a=b");
  EXPECT_EQ(options->display.format, Format::kOpenMetrics);
  EXPECT_TRUE(options->watch);
  EXPECT_EQ(options->display.interval, std::chrono::milliseconds(250));
  EXPECT_EQ(options->display.count, 3U);
  EXPECT_EQ(options->display.output, "x.prom");
  EXPECT_EQ(options->selection.pin_root, "/p");
  EXPECT_TRUE(options->selection.per_cpu);
}

TEST(ConsoleOptions, ArrangeTheTable) {
  const auto options = parse_options({"--sort", "drop", "--top", "10"});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->display.arrangement.order, Order::kDrop);
  EXPECT_EQ(options->display.arrangement.top, 10U);
  EXPECT_FALSE(parse_options({})->display.arrangement.order);
}

struct Refused {
  std::vector<std::string> arguments;
  std::string message;
};

void PrintTo(const Refused &refused, std::ostream *out) { *out << refused.message; }

class RefusedOptions : public testing::TestWithParam<Refused> {};

TEST_P(RefusedOptions, AreNamed) {
  const auto options = parse_options(GetParam().arguments);
  ASSERT_FALSE(options);
  EXPECT_THAT(options.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedOptions,
    testing::Values(Refused{{"--bogus"}, "--bogus"}, Refused{{"eth0"}, "eth0"},
                    Refused{{"--watch", "0"}, "--watch: '0' is not a number of seconds"},
                    Refused{{"--watch", "-1"}, "--watch: '-1' is not"},
                    Refused{{"--watch", "nan"}, "--watch: 'nan' is not"},
                    Refused{{"--watch", "1s"}, "--watch: '1s' is not"},
                    Refused{{"--watch", "1e99"}, "--watch: '1e99' is not"},
                    Refused{{"--count", "2"}, "--count requires --watch"},
                    Refused{{"--watch", "1", "--count", "0"}, "--count: '0' is not a positive"},
                    Refused{{"--watch", "1", "--count", "-1"}, "--count: '-1' is not a positive"},
                    Refused{{"--watch", "+1"}, "--watch: '+1' is not"},
                    Refused{{"--sort", "size"}, "--sort: 'size' is not packets, drop or name"},
                    Refused{{"--top", "0"}, "--top: '0' is not a positive whole number"},
                    Refused{{"--format", "json", "--top", "3"}, "--top is for the table"},
                    Refused{{"--listen", "9973", "--sort", "drop"}, "--listen and --sort exclude"},
                    Refused{{"--format", "xml"}, "'xml' is not table, json"},
                    Refused{{"--dev", ""}, "--dev: its value is empty"},
                    Refused{{"--output", ""}, "--output: its value is empty"},
                    Refused{{"--pin-root", ""}, "--pin-root: its value is empty"},
                    Refused{{"--listen", ""}, "--listen: its value is empty"},
                    Refused{{"--listen", "80", "--watch", "1"}, "--listen and --watch exclude"},
                    Refused{{"--listen", "80", "--format", "json"}, "--listen and --format excl"},
                    Refused{{"--output", "x", "--listen", "80"}, "--listen and --output exclude"},
                    Refused{{"--map", "label"}, "--map: 'label' is not LABEL=PATH"},
                    Refused{{"--map", "=path"}, "--map: '=path' is not LABEL=PATH"},
                    Refused{{"--map", "label="}, "--map: 'label=' is not LABEL=PATH"},
                    Refused{{"--map", "a=/x", "--map", "a=/y"}, "label 'a' is given twice"}));

TEST(Options, TellWhereToListen) {
  const auto options = parse_options({"--listen", "9973", "--dev", "eth0", "--pin-root", "/x"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->listen, "9973");
}

TEST(Options, AnswerHelpAndVersion) {
  const auto help = parse_options({"--help"});
  ASSERT_TRUE(help);
  EXPECT_THAT(help->answer, HasSubstr("--pin-root"));
  const auto version = parse_options({"--version"});
  ASSERT_TRUE(version);
  EXPECT_EQ(version->answer, "xdp-stats " XDP_STATS_VERSION "\n");
}

} // namespace
} // namespace xdpstats
