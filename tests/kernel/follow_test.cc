// SPDX-License-Identifier: BSD-2-Clause
// --follow: the counters of a device go on, whatever happens to the device and to its XDP program.
#include <bpf/libbpf.h>
#include <gmock/gmock.h>

#include <csignal>
#include <memory>
#include <thread>

#include "tests/kernel/follow_fixture.h"
#include "tests/support/counter.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

void replace_by_ip(const std::string &program) {
  run_or_throw({"ip", "-force", "link", "set", "va", "xdpdrv", "obj", program_file(program), "sec",
                "xdp.frags"});
}

bool is_loaded(uint32_t program) {
  return run({"bpftool", "prog", "show", "id", std::to_string(program)}).status == 0;
}

TEST_F(Follow, ReplacedProgramIsObservedAndTheOldOneLetGo) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  Follower follower;
  Counters expected = send_each_verdict("vb");
  const uint32_t old = netdev("va").program_id;
  replace_by_ip("rules");
  follower.await("va: counting on (observe, native mode, XDP program 'somebody_elses_rules'");
  expected = sum(expected, send_each_verdict("vb", 3));
  expect_counters(pinned_counters("va"), expected);
  wait_until("the old program is gone", [old] { return !is_loaded(old); });
  const auto status = status_of("va");
  EXPECT_EQ(status["state"], "counting");
  EXPECT_EQ(status["follow"], true);
  EXPECT_EQ(status["changes"], 1);
  EXPECT_GT(status["uncovered_ns"], 0);
  EXPECT_EQ(observers(), 1U);
}

TEST_F(Follow, WaitsForProgramAndDevice) {
  Follower follower({"va", "vn"});
  EXPECT_THAT(follower.log(), AllOf(HasSubstr("va: waiting for the device; counters at "),
                                    HasSubstr("vn: waiting for the device; counters at ")));
  EXPECT_EQ(status_of("va")["reason"], "there is no such device");
  auto veth = std::make_unique<VethPair>();
  follower.await("va: no XDP program now, waiting for one");
  attach_by_ip("va", "rules");
  follower.await("va: counting (observe");
  Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(status_of("va")["changes"], 0);

  // The program is removed: nothing keeps it loaded.
  const uint32_t program = netdev("va").program_id;
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "off"});
  follower.await("va: no XDP program now");
  wait_until("the program is gone", [program] { return !is_loaded(program); });
  EXPECT_EQ(status_of("va")["state"], "stopped");
  EXPECT_EQ(status_of("va")["keeps_program"], false);

  // Then the device is removed, and comes back under its name.
  veth.reset();
  follower.await("va: no such device now");
  const VethPair another({.near = "vn", .far = "vm"});
  follower.await("vn: no XDP program now");
  run_or_throw({"ip", "link", "delete", "vn"});
  follower.await("vn: no such device now");
  veth = std::make_unique<VethPair>();
  follower.await("va: no XDP program now");
  attach_by_ip("va", "rules", true);
  follower.await("va: counting on (observe, skb mode");
  expected = sum(expected, send_each_verdict("vb", 1));
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(status_of("va")["changes"], 1);
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
}

// The kernel does not announce a program that is attached by a bpf_link: the periodic check finds
// it.
TEST_F(Follow, ProgramAttachedByALinkIsFound) {
  const VethPair veth;
  Follower follower;
  const ObjectPtr object = open_object(program_file("rules"));
  ASSERT_EQ(bpf_object__load(object.get()), 0);
  const std::unique_ptr<bpf_link, int (*)(bpf_link *)> link(
      bpf_program__attach_xdp(bpf_object__next_program(object.get(), nullptr),
                              static_cast<int>(ifindex_of("va"))),
      bpf_link__destroy);
  ASSERT_NE(link, nullptr);
  follower.await("va: counting (observe");
  Counters expected = send_each_verdict("vb");
  const ObjectPtr next = open_object(program_file("rules"));
  ASSERT_EQ(bpf_object__load(next.get()), 0);
  ASSERT_EQ(bpf_link__update_program(link.get(), bpf_object__next_program(next.get(), nullptr)), 0);
  follower.await("va: counting on (observe");
  expected = sum(expected, send_each_verdict("vb", 7));
  expect_counters(pinned_counters("va"), expected);
}

TEST_F(Follow, ProgramThatCannotBeObservedIsToldOnceAndWaitedOut) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  Follower follower;
  const uint32_t old = netdev("va").program_id;
  replace_by_ip("rules_no_btf");
  wait_until("the old program is gone", [old] { return !is_loaded(old); });
  wait_until("it is told", [&follower] {
    return follower.log().find("was loaded without BTF, which tracing needs\nhint: ") !=
           std::string::npos;
  });
  const auto status = status_of("va");
  EXPECT_EQ(status["state"], "stopped");
  EXPECT_THAT(status["reason"].get<std::string>(),
              HasSubstr("was loaded without BTF, which tracing needs"));
  replace_by_ip("rules");
  follower.await("va: counting on (observe");
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
  const std::string log = follower.log();
  const std::string refusal = "which tracing needs";
  EXPECT_EQ(log.find(refusal), log.rfind(refusal)) << log;
}

// From one program to a chain and back: first the verdict of the component is that of the device,
// then the verdict of the dispatcher.
TEST_F(Follow, GrowingAndShrinkingChain) {
  const VethPair veth;
  run_or_throw({"xdp-loader", "load", "-P", "10", "va", program_file("pass")});
  Follower follower;
  Counters expected = send_passing("vb", 2003);
  run_or_throw({"xdp-loader", "load", "-P", "20", "va", program_file("rules")});
  follower.await("XDP program 'xdp_dispatcher'");
  expected = sum(expected, send_each_verdict("vb"));
  run_or_throw({"xdp-loader", "unload", "va", "-i", std::to_string(component("va", "somebody"))});
  follower.await("XDP program 'passes'");
  expected = sum(expected, send_passing("vb", 1009));
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(observers(), 1U);
}

TEST_F(Follow, StopsAndLeavesTheCountingInPlace) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    Follower follower;
    EXPECT_EQ(status_of("va")["follow"], true);
    follower.signal(signal);
    EXPECT_EQ(follower.wait().status, 0);
    EXPECT_EQ(status_of("va")["follow"], false);
  }
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
  EXPECT_EQ(status_of("va")["state"], "counting");
  EXPECT_EQ(observers(), 1U);
}

TEST_F(Follow, OneFollowerEach) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  Follower follower;
  const Finished second = load({"--dev", "va", "--pin", "--observe", "--follow"});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.err,
              HasSubstr("'va' is followed already, by another xdp-stats-load; counting goes on\n"));
  // A run without --follow does no harm.
  EXPECT_THAT(load({"--dev", "va", "--pin", "--observe"}).out, HasSubstr("already counting"));
  EXPECT_EQ(status_of("va")["follow"], true);
  replace_by_ip("rules");
  follower.await("va: counting on");
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
}

TEST_F(Follow, UnloadedDeviceIsFollowedNoMore) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  const KernelObjects before = kernel_objects();
  Follower follower;
  EXPECT_EQ(load({"--dev", "va", "--unload"}).status, 0);
  const Finished ended = follower.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.out, HasSubstr("va: its pins were removed: it is not followed any more\n"));
  EXPECT_EQ(left_behind(before), "");
}

TEST_F(Follow, BuiltinCounterTakesOver) {
  const VethPair veth;
  Follower follower;
  load_well({"--dev", "va", "--pin"});
  const Finished ended = follower.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.out, HasSubstr("va: it is counted by other means now: it is not followed"));
  const Counters expected = send_passing("vb", 2003);
  expect_counters(pinned_counters("va"), expected);
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Follow, SpeaksToTheServiceManager) {
  ServiceManager manager;
  const VethPair veth;
  Follower follower({"va"}, {"NOTIFY_SOCKET=" + manager.path(), "WATCHDOG_USEC=500000"});
  manager.hear("READY=1");
  manager.hear("WATCHDOG=1");
  manager.hear("WATCHDOG=1");
  attach_by_ip("va", "rules");
  manager.hear("STATUS=va: observing 'somebody_elses_rules' (id " +
               std::to_string(netdev("va").program_id) + ")");
  follower.signal(SIGTERM);
  manager.hear("STOPPING=1");
  EXPECT_EQ(follower.wait().status, 0);
}

// Whoever starts it on such a program gets no failure, and no service that is started again each
// second.
TEST_F(Follow, ProgramThatCannotBeObservedAtTheStartIsWaitedOut) {
  const VethPair veth;
  attach_by_ip("va", "rules_no_btf");
  Follower follower(Following{.args = {"--observe", "--dev", "va"}, .env = {}});
  follower.await("va: waiting for an XDP program that can be observed; counters at ");
  follower.await_error("was loaded without BTF, which tracing needs\nhint: ");
  EXPECT_THAT(status_of("va")["reason"].get<std::string>(),
              HasSubstr("was loaded without BTF, which tracing needs"));
  EXPECT_EQ(status_of("va")["follow"], true);
  std::this_thread::sleep_for(std::chrono::seconds(3)); // it has tried again meanwhile
  replace_by_ip("rules");
  follower.await("va: counting (observe");
  const Counters expected = send_each_verdict("vb");
  expect_counters(pinned_counters("va"), expected);
  const std::string log = follower.log();
  const std::string refusal = "which tracing needs";
  EXPECT_EQ(log.find(refusal), log.rfind(refusal)) << log;
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
}

TEST_F(Follow, PatternObservesWhatAppears) {
  const KernelObjects before = kernel_objects();
  Follower follower(Following{.args = {"--observe", "--dev", "va*", "--forget", "0"}, .env = {}});
  Counters expected = {};
  for (int i = 0; i < 3; ++i) {
    const VethPair veth({.near = "va" + std::to_string(i), .far = "vb"});
    follower.await(veth.near() + ": waiting for an XDP program");
    attach_by_ip(veth.near(), "rules");
    follower.await(veth.near() + ": counting (observe");
    expected = send_each_verdict("vb", static_cast<size_t>(i));
    expect_counters(pinned_counters(veth.near()), expected);
  }
  follower.await("va2: gone, and forgotten with the counters");
  EXPECT_EQ(observers(), 0U);
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
  EXPECT_EQ(left_behind(before), "");
}

} // namespace
} // namespace xdpstats::test
