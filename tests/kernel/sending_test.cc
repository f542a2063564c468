// SPDX-License-Identifier: BSD-2-Clause
// What all other tests rely on: exactly as many frames as asked for, or a failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <stdexcept>

#include "tests/kernel/expect_counters.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;

TEST(VethPairTest, IsSilent) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  expect_counters(counter.read(), Counters{});
  EXPECT_EQ(device_statistic(veth.far(), "tx_packets"), 0U);
}

TEST(VethPairTest, IsGoneAtItsEnd) {
  { const VethPair veth; }
  EXPECT_THROW((void)ifindex_of("va"), std::system_error);
}

TEST(CounterTest, LeavesNothingBehind) {
  const VethPair veth;
  { const Counter counter(open_builtin(), veth.near()); }
  EXPECT_TRUE(list_pinned_devices(kDefaultPinRoot)->empty());
  EXPECT_THAT(run_or_throw({"ip", "link", "show", veth.near()}), testing::Not(HasSubstr("xdp")));
}

TEST(PacketSocketTest, SendsExactly) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  send_frames(veth.far(), 50021, make_frame(73));
  expect_counters(counter.read(), all_passed(50021, 50021 * 73));
}

TEST(LiveFramesTest, TellsWhenFramesAreTooLargeForTheDevice) {
  const VethPair veth;
  EXPECT_THROW(LiveFrames(veth.far()).send(11, make_frame(2003)), std::runtime_error);
}

TEST(LiveFramesTest, TellsWhenTheOtherEndIsDown) {
  const VethPair veth;
  run_or_throw({"ip", "link", "set", veth.near(), "down"});
  EXPECT_THROW(LiveFrames(veth.far()).send(11, make_frame(60)), std::runtime_error);
}

TEST(LiveFramesTest, DeliversTheBytesItWasGiven) {
  // Each frame is intact, whatever the receiver did to the previous one in the same memory.
  const VethPair veth;
  const Counter counter(open_object(PROGRAMS "/verdicts.bpf.o"), veth.near());
  LiveFrames live(veth.far());
  Counters expected = {};
  for (int round = 0; round < 5; ++round) {
    for (const uint8_t verdict : {XDP_DROP, XDP_PASS}) {
      live.send(1009, make_frame(60, {verdict}));
      expected[verdict].packets += 1009;
      expected[verdict].bytes += 1009 * 60;
    }
  }
  expect_counters(counter.read(), expected);
}

TEST(XdpSend, SendsForScripts) {
  const VethPair veth;
  const Counter counter(open_object(PROGRAMS "/verdicts.bpf.o"), veth.near());
  const Finished sent =
      run({XDP_SEND, "--dev", veth.far(), "--count", "10007", "--size", "67", "--first-byte", "3"});
  EXPECT_EQ(sent.status, 0) << sent.err;
  EXPECT_EQ(sent.err, "");
  Counters expected = {};
  expected[XDP_TX] = {10007, 10007 * 67};
  expect_counters(counter.read(), expected);
}

TEST(XdpSend, TellsWhatWentWrong) {
  const Finished sent = run({XDP_SEND, "--dev", "nosuch", "--count", "2"});
  EXPECT_EQ(sent.status, 1);
  EXPECT_EQ(sent.err, "xdp-send: no device nosuch: No such device\n");
}

TEST(ProcessTest, KeepsStatusAndBothOutputs) {
  const Finished finished =
      run({"sh", "-c", "echo $COLOUR; echo red >&2; exit 41"}, {"COLOUR=green"});
  EXPECT_EQ(finished.status, 41);
  EXPECT_EQ(finished.out, "green\n");
  EXPECT_EQ(finished.err, "red\n");
}

TEST(ProcessTest, TellsASignalAndATimeout) {
  Process sleeper({"sleep", "600"});
  EXPECT_THROW(sleeper.wait(std::chrono::milliseconds(10)), std::runtime_error);
  EXPECT_TRUE(sleeper.running());
  sleeper.signal(SIGTERM);
  EXPECT_EQ(sleeper.wait().status, 128 + SIGTERM);
  EXPECT_FALSE(sleeper.running());
}

TEST(ProcessTest, KillsWhatIsLeft) {
  pid_t pid = 0;
  {
    const Process sleeper({"sleep", "600"});
    pid = sleeper.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(ProcessTest, ThrowsWhenThereIsNoSuchProgram) {
  EXPECT_THROW(run({"/no/such/program"}), std::system_error);
}

} // namespace
} // namespace xdpstats::test
