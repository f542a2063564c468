// SPDX-License-Identifier: BSD-2-Clause
// The built plugin in a fake daemon, reading real maps that the loader has pinned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "pinning/pin_path.h"
#include "plugin/watch.h"
#include "tests/fake_collectd/fake_collectd.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/loader.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class PluginInKernel : public testing::Test {
protected:
  std::string device_value(const std::string &name) {
    for (const auto &value : values_) {
      if (value.name == name) {
        return std::to_string(value.value);
      }
    }
    return "none";
  }

  // One interval; returns how many values it dispatched.
  size_t read() {
    EXPECT_EQ(collectd_.read(), 0);
    values_ = collectd_.take_values();
    return values_.size();
  }

  // Reads once a second, two times more than necessary.
  void read_until_bad_news_is_believed() {
    for (auto waited = std::chrono::seconds(0); waited < Watch::kGrace + std::chrono::seconds(2);
         waited += std::chrono::seconds(1)) {
      EXPECT_EQ(read(), 10u);
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }

  VethPair pair_;
  FakeCollectd collectd_;
  std::vector<DispatchedValue> values_;
};

TEST_F(PluginInKernel, DispatchesTenExactValuesWithOneTime) {
  load_well({"--dev", "va", "--pin"});
  LiveFrames("vb").send(100003, make_frame(60));
  EXPECT_EQ(collectd_.init(), 0);
  EXPECT_EQ(read(), 10u);
  EXPECT_EQ(device_value("xdp_stats-va/if_rx_packets-pass"), "100003");
  EXPECT_EQ(device_value("xdp_stats-va/if_rx_octets-pass"), "6000180");
  for (const auto *action : {"aborted", "drop", "tx", "redirect"}) {
    EXPECT_EQ(device_value(std::string("xdp_stats-va/if_rx_packets-") + action), "0");
    EXPECT_EQ(device_value(std::string("xdp_stats-va/if_rx_octets-") + action), "0");
  }
  for (const auto &value : values_) {
    EXPECT_EQ(value.time, values_[0].time);
  }
  const auto first = values_[0].time;
  EXPECT_EQ(read(), 10u);
  EXPECT_GT(values_[0].time, first);
  EXPECT_THAT(collectd_.take_log(), IsEmpty());
  EXPECT_THAT(collectd_.take_notifications(), IsEmpty());
}

// Both kinds of maps, pinned without an info record as other programs do: ten values, and one
// message.
TEST(PluginOnBareMaps, GivesTheirValuesAndOneWord) {
  const VethPair pair;
  for (const auto &variant : builtin_variants()) {
    if (variant.fast) {
      continue; // the same maps
    }
    SCOPED_TRACE(variant.name);
    const Counter counter(variant.open(), "va");
    LiveFrames("vb").send(1009, make_frame(60));
    FakeCollectd collectd;
    EXPECT_EQ(collectd.init(), 0);
    for (const auto pause : {std::chrono::seconds(0), Watch::kGrace, std::chrono::seconds(1)}) {
      std::this_thread::sleep_for(pause);
      EXPECT_EQ(collectd.read(), 0);
      const auto values = collectd.take_values();
      ASSERT_EQ(values.size(), 10u);
      EXPECT_EQ(values[XDP_PASS].name, "xdp_stats-va/if_rx_packets-pass");
      EXPECT_EQ(values[XDP_PASS].value, 1009);
    }
    EXPECT_THAT(collectd.take_log(),
                ElementsAre(StartsWith("INFO xdp_stats plugin: the counters of 'va': cannot tell "
                                       "who counts: cannot open ")));
    EXPECT_THAT(collectd.take_notifications(), IsEmpty());
  }
}

TEST_F(PluginInKernel, NotifiesOfEachChangeOnce) {
  load_well({"--dev", "va", "--pin"});
  EXPECT_EQ(collectd_.init(), 0);
  EXPECT_EQ(read(), 10u);
  run_or_throw({"ip", "link", "set", "dev", "va", "xdp", "off"});
  read_until_bad_news_is_believed();
  EXPECT_THAT(collectd_.take_notifications(),
              ElementsAre("WARNING va: the counters of 'va' are stopped: the device has no XDP "
                          "program"));
  load_well({"--dev", "va", "--pin"});
  EXPECT_EQ(read() + read(), 20u);
  EXPECT_THAT(collectd_.take_notifications(), ElementsAre("OKAY va: the counters of 'va' count "
                                                          "again"));
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(read() + read(), 0u);
  EXPECT_THAT(collectd_.take_notifications(),
              ElementsAre(StartsWith("WARNING va: the counters of 'va' can no longer be read")));
  load_well({"--dev", "va", "--pin"});
  EXPECT_EQ(read() + read(), 20u);
  EXPECT_THAT(collectd_.take_notifications(),
              ElementsAre("OKAY va: the counters of 'va' can be read again"));
  EXPECT_EQ(collectd_.take_log().size(), 4u);
}

TEST_F(PluginInKernel, AResetIsFollowedAtOnceAndIsNoNews) {
  load_well({"--dev", "va", "--pin"});
  LiveFrames("vb").send(1009, make_frame(60));
  EXPECT_EQ(collectd_.init(), 0);
  EXPECT_EQ(read(), 10u);
  load_well({"--dev", "va", "--pin", "--reset"});
  LiveFrames("vb").send(11, make_frame(60));
  EXPECT_EQ(read() + read() + read(), 30u);
  EXPECT_EQ(device_value("xdp_stats-va/if_rx_packets-pass"), "11");
  EXPECT_THAT(collectd_.take_log(), IsEmpty());
}

TEST_F(PluginInKernel, AnExceptionStaysInside) {
  load_well({"--dev", "va", "--pin"});
  EXPECT_EQ(collectd_.init(), 0);
  collectd_.throw_when_dispatching(true);
  EXPECT_EQ(read(), 0u);
  EXPECT_THAT(collectd_.take_log(), ElementsAre("ERROR xdp_stats plugin: cannot read the counters: "
                                                "out of everything"));
  collectd_.throw_when_dispatching(false);
  EXPECT_EQ(read(), 10u);
}

size_t open_descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

// Each case again and again: a device that is counted, one whose counting stopped, one that is
// pinned and unpinned at every other interval, and a map that does not exist.
TEST_F(PluginInKernel, TenThousandIntervalsAllocateAndOpenNothingThatStays) {
  const VethPair other({.near = "vc", .far = "vd"});
  load_well({"--dev", "va", "--dev", "vb", "--dev", "vc", "--pin"});
  run_or_throw({"ip", "link", "set", "dev", "vb", "xdp", "off"});
  EXPECT_EQ(collectd_.configure({{"Map", {"m"}, {{"Path", {"/sys/fs/bpf/none"}, {}}}}}), 0);
  EXPECT_EQ(collectd_.init(), 0);
  const PinPath pins(kDefaultPinRoot, "vc");
  const std::string aside = std::string(kDefaultPinRoot) + "/aside_map";
  size_t dispatched = 0;
  const auto run_intervals = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const bool away = i % 2 == 0;
      ASSERT_EQ(::rename((away ? pins.stats_map : aside).c_str(),
                         (away ? aside : pins.stats_map).c_str()),
                0);
      dispatched += read();
      collectd_.take_log();
      collectd_.take_notifications();
    }
  };
  run_intervals(100);
  // from now on, what stays the same is kept
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  run_intervals(100);
  values_ = {};
  malloc_trim(0);
  const size_t descriptors = open_descriptors();
  const size_t allocated = mallinfo2().uordblks;
  dispatched = 0;
  run_intervals(10006);
  values_ = {};
  EXPECT_EQ(dispatched, 10006u * 20 + 5003u * 10);
  EXPECT_EQ(open_descriptors(), descriptors);
  // Not exactly equal: malloc may return a chunk that is 16 bytes larger than the one before. A
  // leak of the smallest chunk would be 24 bytes for each interval. Under AddressSanitizer
  // mallinfo2() reports 0; there LeakSanitizer checks at the end.
  EXPECT_LT(mallinfo2().uordblks, allocated + 10006);
}

// More devices than descriptors: collectd may open 1,024 files by default, and its other parts need
// some.
TEST_F(PluginInKernel, AThousandDevicesLeaveAQuarterOfTheDescriptors) {
  constexpr size_t kDevices = 1000;
  load_well({"--dev", "va", "--pin"});
  const PinPath original(kDefaultPinRoot, "va");
  for (size_t i = 1; i < kDevices; ++i) {
    const PinPath pins(kDefaultPinRoot, "dev" + std::to_string(i));
    ASSERT_TRUE(std::filesystem::create_directory(pins.directory));
    std::filesystem::create_hard_link(original.stats_map, pins.stats_map);
    std::filesystem::create_hard_link(original.info_map, pins.info_map);
  }
  rlimit usual = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit limit = {1024, usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(collectd_.init(), 0);
  EXPECT_EQ(read(), 10 * kDevices);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(read() + read(), 20 * kDevices);
  const size_t opened = open_descriptors();
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_GE(opened, 700u);
  // This includes the pin root, and the directory that is read to count them.
  EXPECT_LE(opened, 768u + 2);
  EXPECT_THAT(collectd_.take_log(), IsEmpty());
}

} // namespace
} // namespace xdpstats::test
