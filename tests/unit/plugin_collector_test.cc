// SPDX-License-Identifier: BSD-2-Clause
// The collector with a fake kernel: each call of plugin/sources.h can be made to fail.
#include "plugin/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace xdpstats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kInode = 4026531833;
const Error kBroken = {"cannot do it: Input/output error", "try again", EIO};

// The contents of the fake kernel; tests change them between intervals.
struct World {
  struct Device {
    DeviceSample sample;
    std::optional<Error> error;
  };

  std::map<std::string, Device> pins;
  std::map<std::string, Counters> foreign_maps;
  std::optional<Error> root_error, network_error;
  int network_views = 0;
  Watch::Clock::time_point now;

  // A device that is pinned and counts.
  Device &add(const std::string &name, uint64_t number) {
    Device &device = pins[name];
    device.sample.name = name;
    device.sample.verdict = {CountingState::kCounting, ""};
    for (size_t action = 0; action < kActionCount; ++action) {
      device.sample.counters[action] = {number * 10 + action, number * 1000 + action};
    }
    return device;
  }
};

class FakeSources : public Sources {
public:
  explicit FakeSources(World &world) : world_(world) {}

  Result<std::vector<std::string>> list() override {
    if (world_.root_error) {
      return Failure(*world_.root_error);
    }
    std::vector<std::string> names;
    for (const auto &[name, device] : world_.pins) {
      names.push_back(name);
    }
    return names;
  }

  Result<NetworkView> network() override {
    ++world_.network_views;
    if (world_.network_error) {
      return Failure(*world_.network_error);
    }
    return NetworkView{{}, {1, kInode}};
  }

  Result<DeviceSample> read(const std::string &name, const Result<NetworkView> &network) override {
    const auto &device = world_.pins.at(name);
    if (device.error) {
      return Failure(*device.error);
    }
    DeviceSample sample = device.sample;
    sample.read_at = world_.now;
    if (network) {
      EXPECT_EQ(network->netns.inode, kInode);
    } else {
      sample.verdict = {CountingState::kUnknown, network.error().message};
    }
    return sample;
  }

  Result<DeviceSample> read_foreign(const std::string &label, const std::string &path) override {
    const auto map = world_.foreign_maps.find(path);
    if (map == world_.foreign_maps.end()) {
      return os_failure("cannot open '" + path + "'", ENOENT);
    }
    DeviceSample sample;
    sample.name = label;
    sample.counters = map->second;
    return sample;
  }

private:
  World &world_;
};

class PluginCollector : public testing::Test {
protected:
  void configure(Config config) {
    collector =
        std::make_unique<Collector>(std::move(config), std::make_unique<FakeSources>(world));
  }

  // The instances that were sampled. The messages are added to `said` as "K instance: message".
  std::vector<std::string> collect() {
    if (!collector) {
      configure({});
    }
    world.now += Watch::kGrace; // a problem is reported after two intervals in a row
    interval = collector->collect();
    said.clear();
    for (const auto &event : interval.events) {
      said.push_back(std::string(1, "iwAC"[static_cast<int>(event.kind)]) + " " + event.instance +
                     ": " + event.message);
    }
    std::vector<std::string> instances;
    for (const auto &sample : interval.samples) {
      instances.push_back(sample.name);
    }
    return instances;
  }

  World world;
  Interval interval;
  std::vector<std::string> said;

private:
  std::unique_ptr<Collector> collector;
};

TEST_F(PluginCollector, ReadsEveryPinnedDeviceAndSaysNothing) {
  world.add("eth0", 2);
  world.add("eth0.100", 3);
  EXPECT_THAT(collect(), ElementsAre("eth0", "eth0.100"));
  EXPECT_THAT(said, IsEmpty());
  for (size_t action = 0; action < kActionCount; ++action) {
    EXPECT_EQ(interval.samples[0].counters[action].packets, 20 + action);
    EXPECT_EQ(interval.samples[0].counters[action].bytes, 2000 + action);
    EXPECT_EQ(interval.samples[1].counters[action].packets, 30 + action);
  }
}

TEST_F(PluginCollector, AsksRtnetlinkOnceForAllDevices) {
  for (uint32_t i = 1; i <= 31; ++i) {
    world.add("veth" + std::to_string(i), i);
  }
  EXPECT_EQ(collect().size(), 31u);
  EXPECT_EQ(world.network_views, 1);
}

TEST_F(PluginCollector, NothingPinnedAsksNothingElse) {
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_THAT(said, IsEmpty());
  EXPECT_EQ(world.network_views, 0);
}

TEST_F(PluginCollector, ALaterPinnedDeviceAppearsByItself) {
  EXPECT_THAT(collect(), IsEmpty());
  world.add("eth0", 2);
  EXPECT_THAT(collect(), ElementsAre("eth0"));
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(PluginCollector, AnUnloadedDeviceIsMissedOnceAndReappears) {
  world.add("eth0", 2);
  world.add("eth1", 3);
  EXPECT_EQ(collect().size(), 2u);
  const auto unloaded = world.pins.extract("eth0");
  EXPECT_THAT(collect(), ElementsAre("eth1"));
  EXPECT_THAT(said, ElementsAre("A eth0: the counters of 'eth0' can no longer be read: none are "
                                "pinned below '/sys/fs/bpf/xdp_stats' (hint: xdp-stats-load --dev "
                                "eth0 --pin)"));
  EXPECT_THAT(collect(), ElementsAre("eth1"));
  EXPECT_THAT(said, IsEmpty());
  world.add("eth0", 2);
  EXPECT_THAT(collect(), ElementsAre("eth0", "eth1"));
  EXPECT_THAT(said, ElementsAre("C eth0: the counters of 'eth0' can be read again"));
}

TEST_F(PluginCollector, AMapThatVanishesBetweenListingAndReadingIsTheSame) {
  world.add("eth0", 2);
  EXPECT_EQ(collect().size(), 1u);
  world.pins["eth0"].error = Error{"cannot open", "", ENOENT};
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_EQ(said.size(), 1u);
  world.pins.clear();
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(PluginCollector, AnUnreadableDeviceHasNoSampleAndHarmsNoOther) {
  world.add("eth0", 2).error = kBroken;
  world.add("eth1", 3);
  EXPECT_THAT(collect(), ElementsAre("eth1"));
  EXPECT_THAT(said, ElementsAre("w eth0: the counters of 'eth0' cannot be read: cannot do it: "
                                "Input/output error (hint: try again)"));
  EXPECT_THAT(collect(), ElementsAre("eth1"));
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(PluginCollector, AnUnreadableRootIsToldOnceAndMakesNoDeviceMissing) {
  world.add("eth0", 2);
  EXPECT_EQ(collect().size(), 1u);
  world.root_error = kBroken;
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_THAT(said, ElementsAre("w : cannot do it: Input/output error (hint: try again)"));
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_THAT(said, IsEmpty());
  world.root_error.reset();
  EXPECT_THAT(collect(), ElementsAre("eth0"));
  EXPECT_THAT(said, ElementsAre("i : '/sys/fs/bpf/xdp_stats' can be read again"));
}

TEST_F(PluginCollector, ADeviceAskedForByNameIsMissedFromTheStart) {
  Config config;
  ASSERT_TRUE(config.interfaces.add("eth0"));
  ASSERT_TRUE(config.interfaces.add("/^veth/"));
  configure(std::move(config));
  world.add("veth1", 3);
  world.add("other", 4);
  EXPECT_THAT(collect(), ElementsAre("veth1"));
  EXPECT_THAT(said, ElementsAre(testing::StartsWith("w eth0: the counters of 'eth0' cannot")));
  world.add("eth0", 2);
  EXPECT_THAT(collect(), ElementsAre("eth0", "veth1"));
  EXPECT_THAT(said, ElementsAre("i eth0: the counters of 'eth0' can be read again"));
}

TEST_F(PluginCollector, AStaleDeviceIsStillReadAndToldAfterASecondLook) {
  auto &verdict = world.add("eth0", 2).sample.verdict;
  EXPECT_EQ(collect().size(), 1u);
  verdict = {CountingState::kStale, "another program"};
  EXPECT_EQ(collect().size(), 1u);
  EXPECT_THAT(said, IsEmpty());
  EXPECT_EQ(collect().size(), 1u);
  EXPECT_THAT(said, ElementsAre("A eth0: the counters of 'eth0' are stale: another program"));
  verdict = {CountingState::kCounting, ""};
  EXPECT_EQ(collect().size(), 1u);
  EXPECT_THAT(said, ElementsAre("C eth0: the counters of 'eth0' count again"));
}

TEST_F(PluginCollector, ADeviceOfAnotherNamespaceRaisesNoAlarm) {
  world.add("eth0", 2).sample.verdict = {CountingState::kUnknown, "it is elsewhere"};
  EXPECT_EQ(collect().size() + collect().size(), 2u);
  EXPECT_THAT(said, ElementsAre("i eth0: the counters of 'eth0': cannot tell who counts: it is "
                                "elsewhere"));
  EXPECT_EQ(collect().size(), 1u);
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(PluginCollector, WithoutRtnetlinkCountersAreReadAllTheSame) {
  world.add("eth0", 2);
  world.add("eth1", 3);
  world.network_error = kBroken;
  EXPECT_THAT(collect(), ElementsAre("eth0", "eth1"));
  EXPECT_THAT(said, ElementsAre("w : cannot do it: Input/output error (hint: try again)"));
  EXPECT_THAT(collect(), ElementsAre("eth0", "eth1"));
  EXPECT_THAT(said, IsEmpty());
  world.network_error.reset();
  EXPECT_THAT(collect(), ElementsAre("eth0", "eth1"));
  EXPECT_THAT(said, ElementsAre("i : the network devices can be listed again"));
}

TEST_F(PluginCollector, ForeignMapsAreReadUnderTheirLabel) {
  Config config;
  config.maps = {{"xdp-filter", "/a"}, {"tutorial", "/b"}};
  configure(std::move(config));
  world.foreign_maps["/a"][XDP_DROP] = {7919, 475140};
  EXPECT_THAT(collect(), ElementsAre("xdp-filter"));
  EXPECT_EQ(interval.samples[0].counters[XDP_DROP].packets, 7919u);
  EXPECT_EQ(interval.samples[0].counters[XDP_DROP].bytes, 475140u);
  EXPECT_THAT(said, ElementsAre("w tutorial: the counters of map 'tutorial' cannot be read: cannot "
                                "open '/b': No such file or directory"));
  EXPECT_EQ(world.network_views, 0);
  world.foreign_maps.erase("/a");
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_THAT(said, ElementsAre(testing::StartsWith("A xdp-filter: the counters of map")));
}

// Two value lists with the same name and time: collectd drops the second, with ten lines in its log
// at each interval.
TEST_F(PluginCollector, AMapWithTheNameOfADeviceIsLeftOutAndToldOnce) {
  Config config;
  config.maps = {{"eth0", "/a"}, {"tutorial", "/a"}};
  configure(std::move(config));
  world.foreign_maps["/a"][XDP_DROP] = {7919, 475140};
  world.add("eth0", 1);
  EXPECT_THAT(collect(), ElementsAre("eth0", "tutorial"));
  EXPECT_EQ(interval.samples[0].counters[XDP_DROP].packets, 11u);
  EXPECT_THAT(said, ElementsAre("w eth0: the counters of map 'eth0' cannot be read: a device has "
                                "this name (hint: give the map another label)"));
  EXPECT_THAT(collect(), ElementsAre("eth0", "tutorial"));
  EXPECT_THAT(said, IsEmpty());
}

// Containers come and go, with new device names each time; only the newest are remembered.
TEST_F(PluginCollector, RemembersNoMoreThanSoManyMissingDevices) {
  constexpr uint32_t kChurn = 1031; // seven more than are remembered
  for (uint32_t i = 1; i <= kChurn; ++i) {
    world.pins.clear();
    world.add("veth" + std::to_string(i), i);
    EXPECT_EQ(collect().size(), 1u);
  }
  world.pins.clear();
  EXPECT_THAT(collect(), IsEmpty());
  for (uint32_t i = 1; i <= kChurn; ++i) {
    world.add("veth" + std::to_string(i), i);
  }
  EXPECT_EQ(collect().size(), kChurn);
  EXPECT_EQ(said.size(), 1024u);
  std::set<std::string> back;
  for (const auto &event : interval.events) {
    back.insert(event.instance);
  }
  EXPECT_FALSE(back.contains("veth7"));
  EXPECT_TRUE(back.contains("veth8"));
  EXPECT_TRUE(back.contains("veth1031"));
}

} // namespace
} // namespace xdpstats
