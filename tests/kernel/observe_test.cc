// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load --observe counts what somebody else's XDP program decides, exactly.
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <thread>

#include "pinning/pin_path.h"
#include "tests/kernel/observe_fixture.h"

namespace xdpstats::test {
namespace {

class ObserveAttached : public Observe, public testing::WithParamInterface<Way> {};

TEST_P(ObserveAttached, EveryVerdictIsExact) {
  const VethPair veth;
  attach(GetParam(), veth.near(), "rules");
  const uint32_t before = netdev(veth.near()).program_id;
  observe(veth.near());
  const Counters expected = send_each_verdict(veth.far());
  expect_counters(pinned_counters(veth.near()), expected);
  EXPECT_EQ(netdev(veth.near()).program_id, before);
}

TEST_P(ObserveAttached, FramesOfManyBuffersAreExact) {
  const VethPair veth({.mtu = 9000});
  attach(GetParam(), veth.near(), "rules", true);
  observe(veth.near());
  Counters expected = {};
  for (const uint8_t verdict : {XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT}) {
    send_frames(veth.far(), 101, make_frame(9001, {verdict}));
    send_frames(veth.far(), 53, make_frame(61, {verdict}));
    expected[verdict] = {101 + 53, 101 * 9001 + 53 * 61};
  }
  expect_counters(pinned_counters(veth.near()), expected);
}

INSTANTIATE_TEST_SUITE_P(By, ObserveAttached, testing::ValuesIn(ways_to_attach()),
                         [](const auto &test) { return test.param.name; });

TEST_F(Observe, CountsIntoSharedCounters) {
  const VethPair veth;
  attach_by_ip(veth.near(), "rules");
  observe(veth.near(), {"--map", "array"});
  const Counters expected = send_each_verdict(veth.far());
  expect_counters(pinned_counters(veth.near()), expected);
  EXPECT_EQ(StatsMap::open(PinPath(kDefaultPinRoot, veth.near()).stats_map)->kind(),
            MapKind::kShared);
}

// libxdp refuses such a program, but the kernel accepts it.
TEST_F(Observe, ProgramWithAnotherArgumentTypeIsExact) {
  const VethPair veth({.mtu = 9000});
  attach_by_ip(veth.near(), "rules_untyped");
  observe(veth.near());
  Counters expected = send_each_verdict(veth.far());
  send_frames(veth.far(), 101, make_frame(9001, {XDP_DROP}));
  expected[XDP_DROP].packets += 101;
  expected[XDP_DROP].bytes += 101 * 9001;
  expect_counters(pinned_counters(veth.near()), expected);
}

TEST_F(Observe, OneProgramOnThreeDevicesIsCountedForEach) {
  const KernelObjects before = kernel_objects();
  {
    const std::array<VethPair, 3> pairs = {VethPair({.near = "va", .far = "vx"}),
                                           VethPair({.near = "vb", .far = "vy"}),
                                           VethPair({.near = "vc", .far = "vz"})};
    run_or_throw(
        {"bpftool", "prog", "load", program_file("rules"), "/sys/fs/bpf/one", "type", "xdp"});
    for (const VethPair &pair : pairs) {
      run_or_throw(
          {"bpftool", "net", "attach", "xdpdrv", "pinned", "/sys/fs/bpf/one", "dev", pair.near()});
    }
    const size_t links = kernel_objects().links.size();
    for (const VethPair &pair : pairs) {
      observe(pair.near());
    }
    EXPECT_EQ(kernel_objects().links.size(), links + 1) << "one observer for all three";
    std::array<Counters, 3> expected = {};
    for (size_t i = 0; i < pairs.size(); ++i) {
      expected[i] = send_each_verdict(pairs[i].far(), i);
    }
    for (size_t i = 0; i < pairs.size(); ++i) {
      expect_counters(pinned_counters(pairs[i].near()), expected[i]);
    }
    // Counting goes on for the other devices without the one that attached the observer.
    EXPECT_EQ(load({"--dev", "va", "--unload"}).status, 0);
    const Counters more = send_each_verdict("vy", 7);
    send_each_verdict("vx");
    expected[1] = sum(expected[1], more);
    expect_counters(pinned_counters("vb"), expected[1]);
    expect_counters(pinned_counters("vc"), expected[2]);
    EXPECT_EQ(load({"--dev", "vb", "--dev", "vc", "--unload"}).status, 0);
    EXPECT_EQ(kernel_objects().links.size(), links);
    run_or_throw({"rm", "/sys/fs/bpf/one"});
  }
  EXPECT_EQ(left_behind(before), "");
}

// The first device of a program has a place of its own in the observer, the others share a table.
class ObserveTwo : public Observe {
protected:
  void SetUp() override {
    Observe::SetUp();
    if (IsSkipped()) {
      return;
    }
    run_or_throw(
        {"bpftool", "prog", "load", program_file("rules"), "/sys/fs/bpf/one", "type", "xdp"});
    for (const char *device : {"va", "vb"}) {
      run_or_throw(
          {"bpftool", "net", "attach", "xdpdrv", "pinned", "/sys/fs/bpf/one", "dev", device});
    }
  }
  void TearDown() override { std::filesystem::remove("/sys/fs/bpf/one"); }

  const VethPair one_{{.near = "va", .far = "vx"}};
  const VethPair two_{{.near = "vb", .far = "vy"}};
};

TEST_F(ObserveTwo, EachIsExactWhateverTheOtherDoes) {
  const size_t links = kernel_objects().links.size();
  observe("va");
  const Counters first = send_each_verdict("vx");
  observe("vb");
  Counters other = send_each_verdict("vy", 1);
  expect_counters(pinned_counters("va"), first);
  observe("va", {"--reset"}); // out of its own place, as the other device is there
  Counters own = send_each_verdict("vx", 2);
  other = sum(other, send_each_verdict("vy", 3));
  expect_counters(pinned_counters("va"), own);
  expect_counters(pinned_counters("vb"), other);
  load_well({"--dev", "va", "--unload"});
  send_each_verdict("vx");
  other = sum(other, send_each_verdict("vy", 4));
  expect_counters(pinned_counters("vb"), other);
  observe("va"); // into the table
  own = send_each_verdict("vx", 5);
  load_well({"--dev", "vb", "--unload"});
  send_each_verdict("vy");
  own = sum(own, send_each_verdict("vx", 6));
  expect_counters(pinned_counters("va"), own);
  EXPECT_EQ(kernel_objects().links.size(), links + 1);
  observe("va", {"--reset"}); // into a place of its own, in a new observer
  own = send_each_verdict("vx", 7);
  expect_counters(pinned_counters("va"), own);
  EXPECT_EQ(kernel_objects().links.size(), links + 1) << "the old observer is gone";
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(kernel_objects().links.size(), links);
}

TEST_F(ObserveTwo, FirstLosesNoFrameWhileTheSecondComesAndGoes) {
  observe("va");
  std::atomic<bool> stop = false;
  Counters expected = {};
  std::thread sender([&] {
    while (!stop) {
      expected = sum(expected, send_passing("vx", 1009));
    }
  });
  for (int times = 0; times < 5; ++times) {
    observe("vb");
    load_well({"--dev", "vb", "--pin", "--observe", "--reset"});
    load_well({"--dev", "vb", "--unload"});
  }
  stop = true;
  sender.join();
  expect_counters(pinned_counters("va"), expected);
}

// The same interface number in two network namespaces, one program on both.
TEST_F(Observe, NamespacesAreToldApart) {
  Process other({"unshare", "--net", "sleep", "600"});
  const std::string pid = std::to_string(other.pid());
  const auto in_other = [&pid](std::vector<std::string> command) {
    command.insert(command.begin(), {"nsenter", "--net=/proc/" + pid + "/ns/net"});
    return run_or_throw(command);
  };
  while (in_other({"readlink", "/proc/self/ns/net"}) ==
         run_or_throw({"readlink", "/proc/self/ns/net"})) {
  }
  const VethPair here({.near = "va", .far = "vx"});
  const std::string index = std::to_string(ifindex_of("va"));
  run_or_throw({"ip", "link", "add", "vy", "type", "veth", "peer", "name", "vb", "index", index,
                "netns", pid});
  run_or_throw({"ip", "link", "set", "vy", "up"});
  in_other({"ip", "link", "set", "vb", "up"});
  in_other({"ethtool", "-K", "vb", "gro", "on"});
  run_or_throw(
      {"bpftool", "prog", "load", program_file("rules"), "/sys/fs/bpf/one", "type", "xdp"});
  std::vector<std::string> attach = {"bpftool",         "net", "attach", "xdpdrv", "pinned",
                                     "/sys/fs/bpf/one", "dev", "va"};
  run_or_throw(attach);
  attach.back() = "vb";
  in_other(attach);
  observe("va");
  in_other(loader({"--dev", "vb", "--pin", "--observe"}));
  const Counters on_va = send_each_verdict("vx");
  const Counters on_vb = send_each_verdict("vy", 5);
  expect_counters(pinned_counters("va"), on_va);
  expect_counters(pinned_counters("vb"), on_vb);
  in_other(loader({"--dev", "vb", "--unload"}));
  load_well({"--dev", "va", "--unload"});
  run_or_throw({"ip", "link", "delete", "vy"});
}

TEST_F(Observe, InTheForegroundCountsAndLeavesNothing) {
  const VethPair veth;
  attach_by_ip(veth.near(), "rules");
  const KernelObjects before = kernel_objects();
  Process foreground(loader({"--dev", veth.near(), "--observe", "--interval", "0.1"}));
  foreground.wait_for_output("observe somebody_elses_rules (native)");
  LiveFrames(veth.far()).send(10'007, make_frame(61, {XDP_DROP}));
  foreground.wait_for_output(" 10,007 ");
  foreground.wait_for_output(" 610,427 ");
  foreground.signal(SIGKILL);
  foreground.wait();
  EXPECT_EQ(left_behind(before), "");
  EXPECT_NE(netdev(veth.near()).program_id, 0U);
}

// XDP in native mode on a bond runs in the drivers below it.
TEST_F(Observe, BondIsCountedWhereItsFramesComeIn) {
  const VethPair first({.near = "va", .far = "vx"});
  const VethPair second({.near = "vb", .far = "vy"});
  run_or_throw({"ip", "link", "add", "bo", "type", "bond", "mode", "balance-rr"});
  for (const char *slave : {"va", "vb"}) {
    run_or_throw({"ip", "link", "set", slave, "down"});
    run_or_throw({"ip", "link", "set", slave, "master", "bo"});
  }
  run_or_throw({"ip", "link", "set", "bo", "up"});
  attach_by_ip("bo", "rules");
  observe("bo");
  Counters expected = send_each_verdict("vx");
  const Counters more = send_each_verdict("vy", 3);
  expected = sum(expected, more);
  expect_counters(pinned_counters("bo"), expected);
  run_or_throw({"ip", "link", "delete", "bo"});
}

} // namespace
} // namespace xdpstats::test
