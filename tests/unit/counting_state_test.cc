// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/counting_state.h"

#include <gtest/gtest.h>

namespace xdpstats {
namespace {

constexpr uint64_t kHere = 4026531840;
constexpr uint64_t kElsewhere = 4026532008;

xdp_stats_info record(uint32_t mode = XDP_STATS_MODE_BUILTIN, uint64_t netns = kHere) {
  xdp_stats_info info = {};
  info.mode = mode;
  info.ifindex = 7;
  info.netdev_program_id = 41;
  info.counted_program_id = 43;
  info.netns_inode = netns;
  return info;
}

// The record of a follower that has nothing to observe.
xdp_stats_info waiting() {
  xdp_stats_info info = {};
  info.mode = XDP_STATS_MODE_OBSERVE;
  info.netns_inode = kHere;
  return info;
}

Netdev device(uint32_t program_id = 41, uint32_t ifindex = 7) {
  Netdev netdev;
  netdev.ifindex = ifindex;
  netdev.program_id = program_id;
  return netdev;
}

struct Case {
  const char *name;
  xdp_stats_info info;
  std::optional<Netdev> seen;
  CountingState state;
  const char *reason;
};

void PrintTo(const Case &test, std::ostream *out) { *out << test.name; }

class JudgeCounting : public testing::TestWithParam<Case> {};

TEST_P(JudgeCounting, TellsStateAndReason) {
  const CountingVerdict verdict = judge_counting(GetParam().info, GetParam().seen, kHere);
  EXPECT_EQ(verdict.state, GetParam().state);
  EXPECT_EQ(verdict.reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Table, JudgeCounting,
    testing::Values(
        Case{"Counting", record(), device(), CountingState::kCounting, ""},
        Case{"Observing", record(XDP_STATS_MODE_OBSERVE), device(), CountingState::kCounting, ""},
        Case{"NeverAttached", record(XDP_STATS_MODE_NONE), device(), CountingState::kStopped,
             "nothing has been attached yet"},
        Case{"NeverAttachedElsewhere", record(XDP_STATS_MODE_NONE, kElsewhere), std::nullopt,
             CountingState::kStopped, "nothing has been attached yet"},
        Case{"OtherNamespace", record(XDP_STATS_MODE_BUILTIN, kElsewhere), std::nullopt,
             CountingState::kUnknown, "the device is in another network namespace"},
        // A device of the same name in this namespace says nothing about the one that is counted in
        // the other.
        Case{"OtherNamespaceSameName", record(XDP_STATS_MODE_BUILTIN, kElsewhere), device(),
             CountingState::kUnknown, "the device is in another network namespace"},
        Case{"Gone", record(), std::nullopt, CountingState::kStopped, "the device is gone"},
        Case{"Recreated", record(), device(41, 8), CountingState::kStopped,
             "the device was deleted and created again"},
        Case{"Detached", record(), device(0), CountingState::kStopped,
             "the device has no XDP program"},
        Case{"Replaced", record(), device(42), CountingState::kStale,
             "the device's XDP program is now id 42, not id 41"},
        Case{"Waiting", waiting(), device(0), CountingState::kStopped,
             "the device has no XDP program"},
        Case{"WaitingForTheDevice", waiting(), std::nullopt, CountingState::kStopped,
             "there is no such device"},
        Case{"NotObservable", waiting(), device(42), CountingState::kStopped,
             "nobody counts the device's XDP program, id 42"}),
    [](const auto &test) { return test.param.name; });

TEST(StateName, IsOneWord) {
  EXPECT_STREQ(state_name(CountingState::kCounting), "counting");
  EXPECT_STREQ(state_name(CountingState::kStopped), "stopped");
  EXPECT_STREQ(state_name(CountingState::kStale), "stale");
  EXPECT_STREQ(state_name(CountingState::kUnknown), "unknown");
}

} // namespace
} // namespace xdpstats
