// SPDX-License-Identifier: BSD-2-Clause
#include "display/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "tests/unit/console/samples.h"

namespace xdpstats::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Le;
using testing::SizeIs;

class Frame : public testing::Test {
protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  FrameTitle title_ = {"xdp-stats", std::chrono::milliseconds(250), kCreated};
};

TEST_F(Frame, HasATitleTheTableAndWhatHappened) {
  const Snapshot snapshot = {
      {counted_sample("eth0")}, {{"cannot open 'x': Permission denied", "ask", 13}}, {}};
  EXPECT_THAT(render_frame(title_, snapshot, {std::nullopt}, {"eth1: the counters are gone"}, {}),
              ElementsAre("xdp-stats  2026-11-22 14:53:02  every 0.25 s  1 device", "",
                          "             ABORTED   DROP   PASS     TX  REDIRECT",
                          "eth0  counting  builtin (native)  since 2026-11-22 14:53:02",
                          "  packets          2      3      5      7        11",
                          "  bytes           13     17     19     23        29",
                          "  packets/s        -      -      -      -         -",
                          "  bits/s           -      -      -      -         -", "",
                          "eth1: the counters are gone", "cannot open 'x': Permission denied",
                          "hint: ask"));
}

TEST_F(Frame, TellsOfHowManyDevicesItShowsSome) {
  title_.left_out = 996;
  const Snapshot snapshot = {{counted_sample("eth0")}, {}, {}};
  EXPECT_EQ(render_frame(title_, snapshot, {std::nullopt}, {}, {}).front(),
            "xdp-stats  2026-11-22 14:53:02  every 0.25 s  1 of 997 devices");
}

TEST_F(Frame, SaysWhyItIsEmpty) {
  EXPECT_THAT(
      render_frame(title_, {{}, {}, Error{"no device is pinned", "pin one", 0}}, {}, {}, {}),
      ElementsAre("xdp-stats  2026-11-22 14:53:02  every 0.25 s  0 devices", "", "",
                  "no device is pinned", "hint: pin one"));
}

TEST_F(Frame, FitsTheScreenWhateverThereIsToSay) {
  Snapshot snapshot;
  for (int number = 0; number < 40; ++number) {
    snapshot.samples.push_back(sample_in_state("eth" + std::to_string(number),
                                               CountingState::kStopped, std::to_string(number)));
  }
  const std::vector<std::optional<Rates>> rates(40);
  const auto lines = render_frame(title_, snapshot, rates, {}, {.width = 80, .max_lines = 24});
  EXPECT_THAT(lines, SizeIs(24));
  EXPECT_THAT(lines, IsSupersetOf({"stopped: 0 (eth0)", "stopped: 3 (eth3)",
                                   "and 36 more lines like these"}));
  EXPECT_THAT(render_frame(title_, snapshot, rates, {}, {.width = 80, .max_lines = 50}),
              SizeIs(Le(50U)));
}

TEST(EventLog, KeepsTheLastThree) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  EventLog log;
  log.add({"one", "two"}, kCreated);
  log.add({"three", "four"}, kCreated + 1'000'000'000);
  EXPECT_THAT(log.lines(), ElementsAre("2026-11-22 14:53:02  two", "2026-11-22 14:53:03  three",
                                       "2026-11-22 14:53:03  four"));
}

} // namespace
} // namespace xdpstats::test
