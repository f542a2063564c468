// SPDX-License-Identifier: BSD-2-Clause
// --follow with a program of ours: it is attached to what appears, and never in anybody's way.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <thread>

#include "pinning/pin_path.h"
#include "tests/kernel/follow_fixture.h"

namespace xdpstats::test {
namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

bool is_pinned(const std::string &device) {
  return std::filesystem::exists(PinPath(kDefaultPinRoot, device).directory);
}

std::string state(const std::string &device) { return status_of(device)["state"]; }

// A pause in which a follower would do what it must not do: several of its rounds.
void let_it_look() { std::this_thread::sleep_for(std::chrono::milliseconds(500)); }

size_t occurrences(const std::string &text, const std::string &word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

class FollowAttached : public testing::Test {
protected:
  void TearDown() override { load({"--unload", "--all"}); }
};

TEST_F(FollowAttached, WhatAppearsIsCountedFromThenOn) {
  Follower follower(Following{.args = {"--dev", "va*"}, .env = {}});
  const auto begin = steady_clock::now();
  const VethPair veth;
  follower.await("va: counting (builtin");
  const auto end = steady_clock::now();
  Counters expected = send_passing("vb", 1009);
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(netdev("vb").program_id, 0U) << "the pattern does not match it";
  const auto status = status_of("va");
  EXPECT_EQ(status["state"], "counting");
  EXPECT_EQ(status["follow"], true);
  // It has told for how long it missed: from before the device appeared, by a round of its own.
  const nanoseconds uncovered(status["uncovered_ns"].get<int64_t>());
  EXPECT_GT(uncovered.count(), 0);
  EXPECT_LT(uncovered, end - begin + std::chrono::milliseconds(200));
  EXPECT_THAT(follower.errors(),
              HasSubstr("note: va: before that nothing was counted for at most"));
}

TEST_F(FollowAttached, ComesBackUnderItsName) {
  Follower follower(Following{.args = {"--dev", "va*"}, .env = {}});
  Counters expected = {};
  for (int i = 0; i < 3; ++i) {
    const VethPair veth;
    follower.await("va: counting (builtin");
    expected = sum(expected, send_passing("vb", 1009));
    expect_counters(pinned_counters("va"), expected);
  }
  follower.await("va: gone; its counters are kept for 86400 seconds");
  let_it_look();
  EXPECT_TRUE(is_pinned("va"));
  EXPECT_EQ(state("va"), "stopped");
}

TEST_F(FollowAttached, WhatIsGoneIsForgotten) {
  Follower follower(Following{.args = {"--dev", "va*", "--forget", "1"}, .env = {}});
  {
    const VethPair veth;
    follower.await("va: counting (builtin");
  }
  follower.await("va: gone; its counters are kept for 1 seconds");
  follower.await("va: gone, and forgotten with the counters");
  EXPECT_FALSE(is_pinned("va"));
}

// What went while nobody followed is forgotten by the next follower.
TEST_F(FollowAttached, WhatAnEarlierFollowerLeftIsForgotten) {
  {
    const VethPair veth;
    const VethPair other({.near = "vx", .far = "vy"});
    load_well({"--dev", "vx", "--pin"});
    Follower follower(Following{.args = {"--dev", "va*"}, .env = {}});
    follower.await("va: counting (builtin");
    follower.signal(SIGTERM);
    EXPECT_EQ(follower.wait().status, 0);
  }
  Follower follower(Following{.args = {"--dev", "v*", "--forget", "1"}, .env = {}});
  follower.await("va: gone, and forgotten with the counters");
  EXPECT_FALSE(is_pinned("va"));
  EXPECT_TRUE(is_pinned("vx")) << "it was pinned by hand";
}

TEST_F(FollowAttached, SomebodyWhoDetachesItIsLeftAlone) {
  const VethPair veth;
  Follower follower(Following{.args = {"--dev", "va"}, .env = {}});
  follower.await("va: counting (builtin");
  Counters expected = send_passing("vb", 1009);
  std::this_thread::sleep_for(std::chrono::seconds(2)); // which is not to be told as uncovered
  const auto begin = steady_clock::now();
  run_or_throw({"ip", "link", "set", "va", "xdp", "off"});
  follower.await("va: stopped: its XDP program was detached");
  let_it_look();
  EXPECT_EQ(netdev("va").program_id, 0U);
  EXPECT_EQ(state("va"), "stopped");
  send_passing("vb", 211);
  load_well({"--dev", "va", "--pin"});
  const auto end = steady_clock::now();
  follower.await("va: counting again (builtin");
  expected = sum(expected, send_passing("vb", 1013));
  expect_counters(pinned_counters("va"), expected);
  const auto status = status_of("va");
  EXPECT_EQ(status["state"], "counting");
  EXPECT_EQ(status["follow"], true);
  const nanoseconds uncovered(status["uncovered_ns"].get<int64_t>());
  EXPECT_GT(uncovered, std::chrono::milliseconds(500));
  EXPECT_LT(uncovered, end - begin + std::chrono::milliseconds(300));
}

TEST_F(FollowAttached, SomebodyElsesProgramIsNamedOnceAndLeftAlone) {
  const VethPair veth;
  const VethPair other({.near = "vc", .far = "vd"});
  attach_by_ip("va", "rules");
  const uint32_t foreign = netdev("va").program_id;
  Follower follower(Following{.args = {"--dev", "v[ac]"}, .env = {}});
  follower.await_error("cannot attach to 'va': it already runs XDP program 'somebody_elses_");
  follower.await("vc: counting (builtin");
  let_it_look();
  EXPECT_EQ(netdev("va").program_id, foreign);
  EXPECT_FALSE(is_pinned("va"));
  EXPECT_EQ(occurrences(follower.log(), "cannot attach to 'va'"), 1U);
  // The other way round: it takes the place of ours.
  run_or_throw({"ip", "-force", "link", "set", "vc", "xdpdrv", "obj", program_file("rules"), "sec",
                "xdp.frags"});
  follower.await("vc: stopped: it runs XDP program 'somebody_elses_");
  const uint32_t second = netdev("vc").program_id;
  let_it_look();
  EXPECT_EQ(netdev("vc").program_id, second);
  EXPECT_EQ(state("vc"), "stale");
  // Whoever attached it may take it away without being surprised.
  run_or_throw({"ip", "link", "set", "vc", "xdpdrv", "off"});
  follower.await("vc: stopped: its XDP program was detached");
  let_it_look();
  EXPECT_EQ(netdev("vc").program_id, 0U);
}

TEST_F(FollowAttached, WhatAnotherRunCountsIsLeftToIt) {
  const VethPair veth;
  load_well({"--dev", "va", "--pin"});
  Follower follower(Following{.args = {"--dev", "va*"}, .env = {}});
  follower.await("va: another run of xdp-stats-load counts it: it is not followed any more");
  EXPECT_EQ(status_of("va")["follow"], false);
  // By its name it is taken over.
  Follower named(Following{.args = {"--dev", "va"}, .env = {}});
  named.await("va: already counting (builtin");
  EXPECT_EQ(status_of("va")["follow"], true);
  // And then left to that one.
  Follower third(Following{.args = {"--dev", "va*"}, .env = {}});
  third.await("va: another xdp-stats-load follows it: it is not followed any more");
  const Finished fourth = load({"--pin", "--follow", "--dev", "va"});
  EXPECT_EQ(fourth.status, 1);
  EXPECT_THAT(fourth.err,
              HasSubstr("'va' is followed already, by another xdp-stats-load; counting goes on\n"));
}

TEST_F(FollowAttached, WhatIsUnloadedStaysSoUntilItIsMadeAgain) {
  auto veth = std::make_unique<VethPair>();
  Follower follower(Following{.args = {"--dev", "va*"}, .env = {}});
  follower.await("va: counting (builtin");
  load_well({"--dev", "va", "--unload"});
  follower.await("va: its pins were removed: it is not followed any more");
  let_it_look();
  EXPECT_EQ(netdev("va").program_id, 0U);
  EXPECT_FALSE(is_pinned("va"));
  veth.reset();
  veth = std::make_unique<VethPair>();
  follower.await("va: counting (builtin");
}

TEST_F(FollowAttached, NamesMayChange) {
  const VethPair veth;
  const VethPair other({.near = "vc", .far = "vd"});
  Follower follower(Following{.args = {"--dev", "v[ace]"}, .env = {}});
  wait_until("both are counted", [] { return is_pinned("va") && is_pinned("vc"); });
  Counters of_first = send_passing("vb", 1009);
  Counters of_second = send_passing("vd", 2003);
  rename_device("va", "ve");
  rename_device("vc", "va");
  rename_device("ve", "vc");
  of_first = sum(of_first, send_passing("vb", 101));
  of_second = sum(of_second, send_passing("vd", 103));
  wait_until("the pins have moved", [] {
    return is_pinned("va") && is_pinned("vc") && !is_pinned("ve") &&
           pinned_info("va").ifindex == ifindex_of("va") &&
           pinned_info("vc").ifindex == ifindex_of("vc");
  });
  expect_counters(pinned_counters("vc"), of_first);
  expect_counters(pinned_counters("va"), of_second);
  EXPECT_EQ(state("va"), "counting");
  EXPECT_EQ(state("vc"), "counting");
  // A new device with the old name of another.
  rename_device("vc", "vg");
  const VethPair third({.near = "vc", .far = "vh"});
  wait_until("the new one is counted",
             [] { return is_pinned("vc") && pinned_info("vc").ifindex == ifindex_of("vc"); });
  of_first = sum(of_first, send_passing("vb", 107));
  const Counters of_third = send_passing("vh", 5003);
  expect_counters(pinned_counters("vg"), of_first);
  expect_counters(pinned_counters("vc"), of_third);
  rename_device("vg", "vx");
  follower.await("vg: is called 'vx' now, and so are its counters");
  run_or_throw({"ip", "link", "delete", "vx"});
}

TEST_F(FollowAttached, TheProgramsFileIsReadOnce) {
  const std::string file = "/tmp/followed-" + std::to_string(::getpid()) + ".bpf.o";
  std::filesystem::copy_file(program_file("verdicts"), file,
                             std::filesystem::copy_options::overwrite_existing);
  Follower follower(Following{.args = {"--dev", "va*", "--program", file}, .env = {}});
  std::filesystem::remove(file);
  const VethPair veth;
  follower.await("va: counting (program");
  EXPECT_EQ(state("va"), "counting");
  const Finished missing = load({"--dev", "va*", "--pin", "--follow", "--program", file});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("cannot read '" + file));
}

// Others build the chain anew without our program, and theirs go on: it joins them.
TEST_F(FollowAttached, JoinsAChainThatWasBuiltAnewWithoutIt) {
  SKIP_UNLESS(can_load_extension());
  const VethPair veth;
  const KernelObjects before = kernel_objects();
  Follower follower(Following{.args = {"--dev", "va"}, .env = {}});
  follower.await("va: counting (builtin");
  Counters expected = send_passing("vb", 1009);
  run_or_throw({"xdp-loader", "load", "-P", "60", "va", program_file("pass")});
  wait_until("the record is renewed",
             [] { return pinned_info("va").netdev_program_id == netdev("va").program_id; });
  EXPECT_EQ(state("va"), "counting");
  expected = sum(expected, send_passing("vb", 1013));
  expect_counters(pinned_counters("va"), expected);
  const auto begin = steady_clock::now();
  run_or_throw({"xdp-loader", "unload", "va", "-i", std::to_string(component("va", "xdp_stats"))});
  follower.await("va: counting (builtin");
  const auto end = steady_clock::now();
  expected = sum(expected, send_passing("vb", 2003));
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(state("va"), "counting");
  const nanoseconds uncovered(status_of("va")["uncovered_ns"].get<int64_t>());
  EXPECT_GT(uncovered.count(), 0);
  EXPECT_LT(uncovered, end - begin + std::chrono::milliseconds(300));
  // All of them are taken away: that is somebody's wish.
  run_or_throw({"xdp-loader", "unload", "va", "--all"});
  follower.await("va: stopped: its XDP program was detached");
  let_it_look();
  EXPECT_EQ(netdev("va").program_id, 0U);
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
  load_well({"--unload", "--all"});
  EXPECT_EQ(left_behind(before), "");
}

} // namespace
} // namespace xdpstats::test
