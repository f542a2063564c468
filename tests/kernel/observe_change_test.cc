// SPDX-License-Identifier: BSD-2-Clause
// Observing among other ways to count, and when the observed program changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/kernel/observe_fixture.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;

TEST_F(Observe, AgainIsIdempotent) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  observe("va");
  const KernelObjects before = kernel_objects();
  const Finished again = load({"--dev", "va", "--pin", "--observe"});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, HasSubstr("va: already counting (observe, native mode, XDP program "
                                   "'somebody_elses_rules' (id "));
  EXPECT_EQ(left_behind(before), "");
  EXPECT_EQ(status_of("va")["changes"], 0);
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
}

TEST_F(Observe, UnloadLeavesTheObservedProgram) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  const uint32_t program = netdev("va").program_id;
  const KernelObjects before = kernel_objects();
  observe("va");
  const Finished unloaded = load({"--dev", "va", "--unload"});
  EXPECT_EQ(unloaded.status, 0) << unloaded.err;
  EXPECT_EQ(netdev("va").program_id, program);
  EXPECT_EQ(left_behind(before), "");
  EXPECT_NE(::access("/sys/fs/bpf/xdp_stats/va", F_OK), 0);
}

TEST_F(Observe, ResetStartsAtZero) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  observe("va");
  send_each_verdict("vb");
  const KernelObjects before = kernel_objects();
  observe("va", {"--reset"});
  expect_counters(pinned_counters("va"), {});
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(kernel_objects().links.size(), before.links.size());
  EXPECT_EQ(kernel_objects().maps.size(), before.maps.size());
}

// Without --follow, the observer stays with the program that is no longer attached. That is
// reported, and observing again continues the counters.
TEST_F(Observe, ReplacedProgramIsStaleUntilObservedAgain) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  observe("va");
  const uint32_t old = netdev("va").program_id;
  const Counters first = send_each_verdict("vb");
  run_or_throw({"ip", "-force", "link", "set", "va", "xdpdrv", "obj", program_file("rules"), "sec",
                "xdp.frags"});
  send_each_verdict("vb");
  expect_counters(pinned_counters("va"), first);
  EXPECT_EQ(status_of("va")["state"], "stale");
  EXPECT_EQ(status_of("va")["keeps_program"], true);
  EXPECT_THAT(load_well({"--status"}),
              HasSubstr("keeps      somebody_elses_rules, id " + std::to_string(old)));
  observe("va");
  EXPECT_EQ(status_of("va")["state"], "counting");
  EXPECT_EQ(status_of("va")["changes"], 1);
  EXPECT_GT(status_of("va")["uncovered_ns"], 0);
  const Counters second = send_each_verdict("vb", 3);
  expect_counters(pinned_counters("va"), sum(first, second));
  const Finished look = run({"bpftool", "prog", "show", "id", std::to_string(old)});
  EXPECT_NE(look.status, 0) << "the old program is still loaded";
}

// A second program joins the chain: the observer of the first would count the verdict of that
// program, not that of the device.
TEST_F(Observe, GrownChainIsStaleUntilObservedAgain) {
  const VethPair veth;
  run_or_throw({"xdp-loader", "load", "-P", "10", "va", program_file("pass")});
  observe("va");
  const Counters first = send_passing("vb", 2003);
  run_or_throw({"xdp-loader", "load", "-P", "20", "va", program_file("rules")});
  EXPECT_EQ(status_of("va")["state"], "stale");
  observe("va");
  const Counters second = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), sum(first, second));
  // Back again: the chain shrinks to one program.
  run_or_throw({"xdp-loader", "unload", "va", "-i", std::to_string(component("va", "somebody"))});
  EXPECT_EQ(status_of("va")["state"], "stale");
  observe("va");
  const Counters third = send_passing("vb", 1009);
  expect_counters(pinned_counters("va"), sum(sum(first, second), third));
}

TEST_F(Observe, DetachedProgramIsStopped) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  observe("va");
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "off"});
  EXPECT_EQ(status_of("va")["state"], "stopped");
  EXPECT_EQ(status_of("va")["keeps_program"], true);
  EXPECT_EQ(load({"--dev", "va", "--unload"}).status, 0);
}

TEST_F(Observe, RemovedObserverIsStopped) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  observe("va");
  run_or_throw({"rm", "/sys/fs/bpf/xdp_stats/va/observer"});
  EXPECT_EQ(status_of("va")["state"], "stopped");
  EXPECT_EQ(status_of("va")["reason"], "its observer was removed");
  observe("va");
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
}

// The built-in counter in the chain is replaced by the observer, and the observer by the built-in
// counter. No frame is counted twice, and the totals lose none.
TEST_F(Observe, TakesTurnsWithTheBuiltinCounter) {
  const VethPair veth;
  run_or_throw({"xdp-loader", "load", "-P", "50", "va", program_file("rules")});
  load_well({"--dev", "va", "--pin", "--chain"});
  const Counters first = send_passing("vb", 2003);
  expect_counters(pinned_counters("va"), first);
  observe("va");
  EXPECT_EQ(status_of("va")["mode"], "observe");
  const Counters second = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), sum(first, second));
  load_well({"--dev", "va", "--pin", "--chain"});
  EXPECT_EQ(status_of("va")["mode"], "builtin");
  EXPECT_NE(::access("/sys/fs/bpf/xdp_stats/va/observer", F_OK), 0);
  const Counters third = send_passing("vb", 1009);
  expect_counters(pinned_counters("va"), sum(sum(first, second), third));
}

TEST_F(Observe, XdpFilterAgreesWithItsOwnCounters) {
  const VethPair veth;
  run_or_throw({"xdp-filter", "load", "va", "-f", "udp", "-m", "native"});
  run_or_throw({"xdp-filter", "port", "-m", "dst", "-p", "udp", "4242"});
  observe("va");
  LiveFrames live("vb");
  live.send(2003, udp_frame(64, 4242));
  live.send(3001, udp_frame(128, 4243));
  const Counters ours = pinned_counters("va");
  const auto theirs = StatsMap::open("/sys/fs/bpf/xdp-filter/xdp_stats_map");
  ASSERT_TRUE(theirs) << theirs.error().message;
  expect_counters(ours, *theirs->read());
  Counters expected = {};
  expected[XDP_DROP] = {2003, 2003 * 64};
  expected[XDP_PASS] = {3001, 3001 * 128};
  expect_counters(ours, expected);
  run_or_throw({"xdp-filter", "unload", "va"});
}

std::string state_without_privilege(const std::string &device) {
  return nlohmann::json::parse(run_or_throw({XDP_STATS, "--format", "json", "--dev", device}))
      .at("state");
}

// A chain of one: libxdp puts its program in the place of the dispatcher's main function. When that
// link goes the dispatcher decides again, and the device's program id stays as it is.
TEST_F(Observe, LinkThatVanishesIsFoundAndHealed) {
  const VethPair veth;
  attach({"ByLoader", By::kLoader, false}, "va", "rules");
  observe("va");
  const Counters first = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), first);
  std::filesystem::remove_all("/sys/fs/bpf/xdp");
  EXPECT_EQ(status_of("va")["state"], "stale");
  EXPECT_EQ(state_without_privilege("va"), "stopped") << "--status has told the readers";
  observe("va");
  EXPECT_EQ(status_of("va")["state"], "counting");
  EXPECT_EQ(state_without_privilege("va"), "counting");
  // The dispatcher passes what its missing program would have decided.
  LiveFrames(veth.far()).send(1009, udp_frame(60, 7));
  Counters expected = first;
  expected[XDP_PASS].packets += 1009;
  expected[XDP_PASS].bytes += 1009 * 60;
  expect_counters(pinned_counters("va"), expected);
}

TEST_F(Observe, SlaveThatJoinsLaterIsNamedAndThenCounted) {
  const VethPair one({.near = "sa", .far = "fa"});
  const VethPair two({.near = "sb", .far = "fb"});
  run_or_throw({"ip", "link", "add", "bo", "type", "bond", "mode", "balance-rr"});
  const auto enslave = [](const char *slave) {
    run_or_throw({"ip", "link", "set", slave, "down"});
    run_or_throw({"ip", "link", "set", slave, "master", "bo"});
    run_or_throw({"ip", "link", "set", slave, "up"});
  };
  enslave("sa");
  run_or_throw({"ip", "link", "set", "bo", "up"});
  attach_by_ip("bo", "rules");
  observe("bo");
  EXPECT_EQ(status_of("bo")["state"], "counting");
  enslave("sb");
  EXPECT_EQ(state_without_privilege("bo"), "stale");
  EXPECT_EQ(status_of("bo")["reason"], "its slave 'sb' is not counted");
  observe("bo");
  EXPECT_EQ(state_without_privilege("bo"), "counting");
  const Counters from_one = send_each_verdict("fa");
  const Counters from_two = send_each_verdict("fb", 3);
  expect_counters(pinned_counters("bo"), sum(from_one, from_two));
  run_or_throw({"ip", "link", "delete", "bo"});
}

} // namespace
} // namespace xdpstats::test
