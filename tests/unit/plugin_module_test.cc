// SPDX-License-Identifier: BSD-2-Clause
// The built plugin in a fake daemon, without root, so that nothing can be pinned.
// tests/kernel/plugin_in_kernel_test.cc has it read real maps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fake_collectd/fake_collectd.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PluginModule, StartsWithoutConfiguration) {
  FakeCollectd collectd;
  EXPECT_EQ(collectd.init(), 0);
  EXPECT_THAT(collectd.take_log(), IsEmpty());
}

TEST(PluginModule, WrongItemsAreLoggedAndTheRestHolds) {
  FakeCollectd collectd;
  EXPECT_EQ(collectd.configure({{"PinRoot", {"/nonexistent/xdp_stats"}, {}},
                                {"Interface", {5.0}, {}},
                                {"Colour", {true}, {}},
                                {"Interface", {"eth0"}, {}},
                                {"Map", {"m"}, {{"Path", {"/nonexistent/map"}, {}}}}}),
            0);
  EXPECT_THAT(collectd.take_log(),
              ElementsAre("WARNING xdp_stats plugin: ignoring 'Interface 5': its value must be one "
                          "string",
                          "WARNING xdp_stats plugin: ignoring 'Colour true': there is no such "
                          "option"));
  EXPECT_EQ(collectd.init(), 0);
  EXPECT_EQ(collectd.read(), 0);
  EXPECT_THAT(
      collectd.take_log(),
      ElementsAre(
          "WARNING xdp_stats plugin: the counters of 'eth0' cannot be read: none are pinned "
          "below '/nonexistent/xdp_stats' (hint: xdp-stats-load --dev eth0 --pin)",
          "WARNING xdp_stats plugin: the counters of map 'm' cannot be read: cannot open "
          "'/nonexistent/map': No such file or directory"));
  EXPECT_EQ(collectd.read(), 0);
  EXPECT_THAT(collectd.take_log(), IsEmpty());
  EXPECT_THAT(collectd.take_values(), IsEmpty());
  EXPECT_THAT(collectd.take_notifications(), IsEmpty());
}

TEST(PluginModule, APinRootOutsideBpffsIsToldOnceAndIsNoFailedRead) {
  FakeCollectd collectd;
  EXPECT_EQ(collectd.configure({{"PinRoot", {"/proc"}, {}}}), 0);
  EXPECT_EQ(collectd.init(), 0);
  EXPECT_EQ(collectd.read(), 0);
  EXPECT_THAT(collectd.take_log(),
              ElementsAre("WARNING xdp_stats plugin: '/proc' is not in a BPF file system (bpffs) "
                          "(hint: mount one with: mount -t bpf -o mode=0700 bpf /sys/fs/bpf)"));
  EXPECT_EQ(collectd.read(), 0);
  EXPECT_THAT(collectd.take_log(), IsEmpty());
}

TEST(PluginModule, WritesNothingIntoTheLogThatDrivesATerminal) {
  FakeCollectd collectd;
  EXPECT_EQ(collectd.configure({{"Interface", {"e\x1b[2J\n\xff"}, {}}}), 0);
  EXPECT_EQ(collectd.configure({{"PinRoot", {"/nonexistent"}, {}}}), 0);
  EXPECT_EQ(collectd.init(), 0);
  EXPECT_EQ(collectd.read(), 0);
  EXPECT_THAT(collectd.take_log(),
              ElementsAre(testing::StartsWith("WARNING xdp_stats plugin: the counters of "
                                              "'e%1B[2J%0A%FF' cannot be read: ")));
}

TEST(PluginModule, UserDataLivesUntilTheEnd) {
  FakeCollectd collectd;
  EXPECT_EQ(collectd.init(), 0);
  EXPECT_FALSE(collectd.user_data_freed());
}

// AddressSanitizer fails this test if the data is freed twice or not at all.
TEST(PluginModule, ADaemonThatRefusesTheReadCallbackFreesTheUserData) {
  FakeCollectd collectd;
  collectd.refuse_read_callback();
  EXPECT_EQ(collectd.init(), 0);
  EXPECT_TRUE(collectd.user_data_freed());
}

} // namespace
} // namespace xdpstats::test
