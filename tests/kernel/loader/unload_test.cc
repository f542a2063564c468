// SPDX-License-Identifier: BSD-2-Clause
// The end of counting, and what the loader says about a device before and after it.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Unload : public LoaderTest {};

TEST_F(Unload, LeavesNothing) {
  for (const Command &counter :
       {Command{}, Command{"--mode", "skb"}, Command{"--program", kVerdicts}}) {
    Command args = {"--dev", "va", "--pin"};
    args.insert(args.end(), counter.begin(), counter.end());
    load_well(args);
    const uint32_t program = pinned_info("va").counted_program_id;
    EXPECT_EQ(load_well({"--dev", "va", "--unload"}),
              "va: no longer counted, its counters are removed\n");
    expect_nothing_left();
    EXPECT_TRUE(program_is_gone(program));
  }
}

TEST_F(Unload, OfWhatIsNotCountedIsNoFailure) {
  EXPECT_EQ(load_well({"--dev", "va", "--unload"}), "va: nothing to unload, it is not counted\n");
  expect_nothing_left();
}

// If a loader is killed before it has pinned anything, it leaves a directory.
TEST_F(Unload, RemovesADirectoryWithoutCounters) {
  for (const char *device : {"va", "gone"}) {
    std::filesystem::create_directories(PinPath(kDefaultPinRoot, device).directory);
    EXPECT_EQ(load_well({"--status"}), "");
    EXPECT_EQ(load_well({"--dev", device, "--unload"}),
              std::string(device) + ": no longer counted, its counters are removed\n");
    expect_nothing_left();
  }
}

TEST_F(Unload, CleansUpAfterADeviceThatIsGone) {
  {
    const VethPair gone({.near = "vc", .far = "vd"});
    load_well({"--dev", "vc", "--pin"});
  }
  EXPECT_THAT(load_well({"--status", "--dev", "vc"}), StartsWith("vc: stopped ("));
  EXPECT_EQ(load_well({"--dev", "vc", "--unload"}),
            "vc: no longer counted, its counters are removed\n");
  expect_nothing_left();
}

TEST_F(Unload, KeepsAProgramThatTookThePlaceOfOurs) {
  load_well({"--dev", "va", "--pin", "--mode", "native"});
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "off"});
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "obj", kVerdicts, "sec", "xdp.frags"});
  const uint32_t theirs = netdev("va").program_id;
  const Finished finished = load({"--dev", "va", "--unload"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.err, AllOf(StartsWith("note: va: its XDP program 'verdicts' (id "),
                                  HasSubstr(" is not ours and stays\n")));
  EXPECT_EQ(netdev("va").program_id, theirs);
  EXPECT_FALSE(std::filesystem::exists(PinPath(kDefaultPinRoot, "va").directory));
}

TEST_F(Unload, LeavesTheOtherDevicesAlone) {
  const VethPair other({.near = "vc", .far = "vd"});
  load_well({"--dev", "va", "--dev", "vc", "--pin"});
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(netdev("va").program_id, 0U);
  EXPECT_THAT(load_well({"--status"}), StartsWith("vc: counting\n"));
}

class Status : public LoaderTest {
protected:
  static nlohmann::json as_json(const Command &devices = {}) {
    Command args = {"--status", "--json"};
    args.insert(args.end(), devices.begin(), devices.end());
    return nlohmann::json::parse(load_well(args));
  }
};

TEST_F(Status, TellsWhoCounts) {
  load_well({"--dev", "va", "--pin", "--program", kVerdicts});
  const xdp_stats_info info = pinned_info("va");
  EXPECT_THAT(load_well({"--status"}),
              AllOf(StartsWith("va: counting\n  mode       program, native\n  program    verdicts, "
                               "id " +
                               std::to_string(info.counted_program_id) + "\n  counting   since 20"),
                    HasSubstr("\n  uncovered  nothing that was noticed in 0 changes\n  map        "
                              "/sys/fs/bpf/xdp_stats/va/xdp_stats_map (percpu, id ")));
  const auto json = as_json();
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0].at("device"), "va");
  EXPECT_EQ(json[0].at("state"), "counting");
  EXPECT_EQ(json[0].at("reason"), "");
  EXPECT_EQ(json[0].at("mode"), "program");
  EXPECT_EQ(json[0].at("attach_mode"), "native");
  EXPECT_EQ(json[0].at("ifindex"), ifindex_of("va"));
  EXPECT_EQ(json[0].at("program"), "verdicts");
  EXPECT_EQ(json[0].at("counted_program_id"), info.counted_program_id);
  EXPECT_EQ(json[0].at("netns_inode"), info.netns_inode);
  EXPECT_EQ(json[0].at("follow"), false);
  EXPECT_EQ(json[0].at("keeps_program"), false);
  // Whatever xdp-stats --format json tells is told here in the same words.
  const auto read = nlohmann::json::parse(run_or_throw({XDP_STATS, "--format", "json"}));
  for (const auto &[key, value] : read.items()) {
    if (key != "time") {
      EXPECT_EQ(json[0].at(key), value) << key;
    }
  }
  EXPECT_EQ(json[0].at("netdev_program_id"), netdev("va").program_id);
  EXPECT_EQ(json[0].at("changes"), 0);
  EXPECT_EQ(json[0].at("map").at("kind"), "percpu");
}

// The kernel does not let anybody change the program of a device while a device above it has one.
TEST_F(Status, TellsWhatIsInTheWayBelowAVlan) {
  SKIP_UNLESS(can_add_vlan("va"));
  const std::string vlan = add_vlan("va", 7);
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", vlan, "--pin"});
  expect_refused(
      loader({"--dev", "va", "--unload"}),
      "cannot detach from 'va': Cannot attach when an upper device already has a program",
      "while a device above it (a VLAN, a bond) has an XDP program the kernel lets nobody "
      "change this one: stop counting that first");
  EXPECT_EQ(as_json({"--dev", "va"})[0].at("state"), "counting");
  load_well({"--dev", vlan, "--unload"});
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Status, TellsThatCountingStopped) {
  load_well({"--dev", "va", "--pin", "--mode", "native"});
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "off"});
  EXPECT_THAT(load_well({"--status"}), StartsWith("va: stopped ("));
  EXPECT_EQ(as_json()[0].at("state"), "stopped");
  EXPECT_NE(as_json()[0].at("reason"), "");
  // And a new run counts again.
  load_well({"--dev", "va", "--pin"});
  EXPECT_EQ(as_json()[0].at("state"), "counting");
}

TEST_F(Status, TellsThatAnotherProgramRuns) {
  load_well({"--dev", "va", "--pin", "--mode", "native"});
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "off"});
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "obj", kVerdicts, "sec", "xdp.frags"});
  EXPECT_THAT(load_well({"--status"}), StartsWith("va: stale ("));
  EXPECT_EQ(as_json({"--dev", "va"})[0].at("state"), "stale");
}

TEST_F(Status, OfNothingIsNoFailureButOfAnUncountedDeviceIs) {
  const Finished none = load({"--status"});
  EXPECT_EQ(none.status, 0);
  EXPECT_EQ(none.err, "note: no device is counted below /sys/fs/bpf/xdp_stats\n");
  EXPECT_EQ(as_json(), nlohmann::json::array());
  expect_refused(loader({"--status", "--dev", "va"}), "'va' is not counted",
                 "count it with: xdp-stats-load --dev va --pin");
}

} // namespace
} // namespace xdpstats::test
