// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/counting_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace xdpstats {
namespace {

constexpr uint64_t kHere = 4026531840;
constexpr uint64_t kCookie = 4099;
constexpr uint64_t kElsewhere = 4026532008;

xdp_stats_info record(uint32_t mode = XDP_STATS_MODE_BUILTIN, uint64_t netns = kHere) {
  xdp_stats_info info = {};
  info.mode = mode;
  info.abi = XDP_STATS_INFO_ABI;
  info.ifindex = 7;
  std::strcpy(info.device, "eth0");
  info.netdev_program_id = 41;
  info.counted_program_id = 43;
  info.netns_inode = netns;
  info.netns_cookie = netns == kHere ? kCookie : kCookie + 1;
  return info;
}

// The record of a follower that has nothing to observe.
xdp_stats_info waiting() {
  xdp_stats_info info = {};
  info.mode = XDP_STATS_MODE_OBSERVE;
  info.netns_inode = kHere;
  std::strcpy(info.device, "eth0");
  return info;
}

Netdev device(uint32_t program_id = 41, uint32_t ifindex = 7) {
  Netdev netdev;
  netdev.ifindex = ifindex;
  netdev.program_id = program_id;
  return netdev;
}

// The namespace with the device, by whatever name, or without it.
Result<NetworkView> around(const std::optional<Netdev> &seen, const char *name = "eth0") {
  NetworkView network{{}, {kCookie, kHere}};
  if (seen) {
    network.devices[name] = *seen;
  }
  return network;
}

// A bond of two slaves that is observed.
xdp_stats_info bond_record(std::vector<uint32_t> slaves) {
  xdp_stats_info info = record(XDP_STATS_MODE_OBSERVE);
  info.attach_mode = XDP_STATS_ATTACH_NATIVE;
  info.slave_count = static_cast<__u32>(slaves.size());
  std::copy(slaves.begin(), slaves.end(), info.slaves);
  return info;
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
  const CountingVerdict verdict = judge_counting(GetParam().info, around(GetParam().seen));
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

TEST(JudgeCountingByIdentity, ARenamedDeviceCountsOn) {
  EXPECT_EQ(judge_counting(record(), around(device(), "peth0")).state, CountingState::kCounting);
  EXPECT_EQ(present_name(record(), around(device(), "peth0")), "peth0");
  // Another device with the old name is not the one that was counted.
  EXPECT_EQ(judge_counting(record(), around(device(41, 8))).state, CountingState::kStopped);
  EXPECT_EQ(present_name(record(), around(device(41, 8))), std::nullopt);
}

TEST(JudgeCountingByIdentity, TheCookieDecidesNotTheInode) {
  xdp_stats_info info = record();
  info.netns_cookie = kCookie + 1; // the inode was used again
  EXPECT_EQ(judge_counting(info, around(device())).state, CountingState::kUnknown);
  info.netns_cookie = 0; // ABI 1 had the inode alone
  EXPECT_EQ(judge_counting(info, around(device())).state, CountingState::kCounting);
}

TEST(JudgeCountingByIdentity, ARebuiltChainIsNotKnown) {
  xdp_stats_info info = record();
  info.flags = XDP_STATS_INFO_DISPATCHER;
  const CountingVerdict verdict = judge_counting(info, around(device(42)));
  EXPECT_EQ(verdict.state, CountingState::kUnknown);
  EXPECT_EQ(verdict.reason, "its chain was rebuilt; xdp-stats-load --status as root tells");
  info.flags |= XDP_STATS_INFO_NOT_COUNTING;
  EXPECT_EQ(judge_counting(info, around(device(41))).reason,
            "its program was taken out of the chain");
}

TEST(JudgeCountingByIdentity, ASlaveThatIsNotCountedIsNamed) {
  auto network = around(device());
  network->devices.at("eth0").is_bond = true;
  network->devices["sa"] = {.ifindex = 11, .master = 7};
  network->devices["sb"] = {.ifindex = 13, .master = 7};
  EXPECT_EQ(judge_counting(bond_record({11, 13}), network).state, CountingState::kCounting);
  const CountingVerdict verdict = judge_counting(bond_record({11}), network);
  EXPECT_EQ(verdict.state, CountingState::kStale);
  EXPECT_EQ(verdict.reason, "its slave 'sb' is not counted");
}

TEST(StateName, IsOneWord) {
  EXPECT_STREQ(state_name(CountingState::kCounting), "counting");
  EXPECT_STREQ(state_name(CountingState::kStopped), "stopped");
  EXPECT_STREQ(state_name(CountingState::kStale), "stale");
  EXPECT_STREQ(state_name(CountingState::kUnknown), "unknown");
}

} // namespace
} // namespace xdpstats
