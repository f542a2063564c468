// SPDX-License-Identifier: BSD-2-Clause
// A device is not its name: exact through renames, exchanged names, and moves to another network
// namespace.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<uint8_t> kPassed = make_frame(60, {XDP_PASS});

// The devices' counts by their names, as any reader without privilege sees them.
std::map<std::string, uint64_t> passed() {
  std::map<std::string, uint64_t> counts;
  const std::string lines = run_or_throw({XDP_STATS, "--format", "json"});
  for (size_t begin = 0; begin < lines.size(); begin = lines.find('\n', begin) + 1) {
    const auto json = nlohmann::json::parse(lines.substr(begin, lines.find('\n', begin) - begin));
    counts[json.at("device")] = json.at("actions").at("pass").at("packets");
  }
  return counts;
}

std::string state_of(const std::string &device) {
  const auto json = nlohmann::json::parse(load_well({"--status", "--json", "--dev", device}));
  return json.at(0).at("state");
}

void send(const std::string &far, uint64_t count) { LiveFrames(far).send(count, kPassed); }

bool is_pinned(const std::string &device) {
  return std::filesystem::exists(PinPath(kDefaultPinRoot, device).directory);
}

// A network namespace that lives as long as this object.
class OtherNamespace {
public:
  OtherNamespace() {
    wait_until("the namespace is there", [this] {
      std::error_code error;
      return std::filesystem::read_symlink(path(), error) !=
             std::filesystem::read_symlink("/proc/self/ns/net", error);
    });
  }
  [[nodiscard]] std::string path() const {
    return "/proc/" + std::to_string(process_.pid()) + "/ns/net";
  }
  void take(const std::string &device) const {
    run_or_throw({"ip", "link", "set", device, "netns", std::to_string(process_.pid())});
    inside({"ip", "link", "set", device, "up"});
  }
  std::string inside(Command command) const {
    command.insert(command.begin(), {"nsenter", "--net=" + path()});
    return run_or_throw(command);
  }

private:
  Process process_{{"unshare", "--net", "sleep", "1000"}};
};

class Identity : public LoaderTest {};

TEST_F(Identity, RenamedDeviceIsFoundUnderBothNames) {
  load_well({"--dev", "va", "--pin"});
  send("vb", 101);
  rename_device("va", "peth0");
  send("vb", 103);
  // Before anybody moved the pins.
  EXPECT_THAT(passed(), testing::ElementsAre(testing::Pair("peth0", 204)));
  EXPECT_THAT(load_well({"--dev", "peth0", "--pin"}), StartsWith("peth0: already counting ("));
  EXPECT_TRUE(is_pinned("peth0"));
  EXPECT_FALSE(is_pinned("va"));
  send("vb", 107);
  EXPECT_THAT(passed(), testing::ElementsAre(testing::Pair("peth0", 311)));
  EXPECT_EQ(state_of("peth0"), "counting");
  load_well({"--dev", "peth0", "--unload"});
  EXPECT_EQ(netdev("peth0").program_id, 0U);
  expect_nothing_left();
  rename_device("peth0", "va");
}

TEST_F(Identity, NewDeviceWithTheOldNameHasItsOwnCounters) {
  load_well({"--dev", "va", "--pin"});
  send("vb", 101);
  rename_device("va", "peth0");
  {
    const VethPair another({.near = "va", .far = "vx"});
    load_well({"--dev", "va", "--pin"});
    send("vb", 1009);
    send("vx", 7);
    EXPECT_THAT(passed(),
                testing::ElementsAre(testing::Pair("peth0", 1110), testing::Pair("va", 7)));
    load_well({"--dev", "va", "--unload"});
  }
  EXPECT_EQ(state_of("peth0"), "counting");
  load_well({"--dev", "peth0", "--unload"});
  rename_device("peth0", "va");
}

TEST_F(Identity, SwappedNamesAreFollowed) {
  const VethPair other({.near = "vc", .far = "vd"});
  load_well({"--dev", "va", "--dev", "vc", "--pin"});
  send("vb", 101);
  send("vd", 211);
  rename_device("va", "vt");
  rename_device("vc", "va");
  rename_device("vt", "vc");
  send("vb", 3);
  send("vd", 5);
  const auto expected = testing::ElementsAre(testing::Pair("va", 216), testing::Pair("vc", 104));
  EXPECT_THAT(passed(), expected);
  EXPECT_THAT(load_well({"--dev", "va", "--dev", "vc", "--pin"}),
              AllOf(HasSubstr("va: already counting ("), HasSubstr("vc: already counting (")));
  EXPECT_THAT(passed(), expected);
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 216U);
  load_well({"--dev", "va", "--dev", "vc", "--unload"});
  expect_nothing_left();
}

TEST_F(Identity, NewDeviceDoesNotCountIntoTheMapOfOneThatWasMoved) {
  const OtherNamespace other;
  load_well({"--dev", "va", "--pin"});
  send("vb", 101);
  other.take("va");
  {
    const VethPair another({.near = "va", .far = "vx"});
    const Finished pinned = load({"--dev", "va", "--pin"});
    EXPECT_EQ(pinned.status, 0) << pinned.err;
    EXPECT_THAT(pinned.err, HasSubstr("note: va: these are new counters: the device that was "
                                      "counted under this name is now 'va' in network namespace " +
                                      other.path()));
    send("vb", 1009);
    send("vx", 7);
    EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 7U);
    load_well({"--dev", "va", "--unload"});
  }
  other.inside({"ip", "link", "del", "va"});
}

TEST_F(Identity, UnloadDetachesFromADeviceThatWasMoved) {
  const OtherNamespace other;
  load_well({"--dev", "va", "--pin"});
  other.take("va");
  const Finished unloaded = load({"--dev", "va", "--unload"});
  EXPECT_EQ(unloaded.status, 0) << unloaded.err;
  EXPECT_THAT(unloaded.err, HasSubstr("the device is now 'va' in network namespace"));
  EXPECT_EQ(other.inside({"ip", "-o", "link", "show", "va"}).find("xdp"), std::string::npos);
  expect_nothing_left();
  other.inside({"ip", "link", "del", "va"});
}

TEST_F(Identity, DeviceThatComesHomeCountsOn) {
  {
    const OtherNamespace other;
    other.take("va");
    other.inside(loader({"--dev", "va", "--pin"}));
    send("vb", 101);
    other.inside({"ip", "link", "set", "va", "netns", std::to_string(::getpid())});
  }
  run_or_throw({"ip", "link", "set", "va", "up"});
  send("vb", 103);
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), StartsWith("va: "));
  send("vb", 107);
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 311U);
  EXPECT_EQ(state_of("va"), "counting");
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(netdev("va").program_id, 0U);
  expect_nothing_left();
}

TEST_F(Identity, TimeWithoutCountingIsToldAtMost) {
  load_well({"--dev", "va", "--pin"});
  run_or_throw({"ip", "link", "set", "va", "xdp", "off"});
  run_or_throw({"sleep", "1"});
  const Finished again = load({"--dev", "va", "--pin"});
  EXPECT_THAT(again.err, HasSubstr("note: va: before that nothing was counted for at most "));
  EXPECT_GT(pinned_info("va").uncovered_ns, 1'000'000'000U);
}

TEST_F(Identity, RecordsOfAnyAbiHinderNobody) {
  load_well({"--dev", "va", "--pin"});
  send("vb", 101);
  const std::string info = PinPath(kDefaultPinRoot, "va").info_map;
  for (const char *size : {"168", "1024", "64"}) {
    std::filesystem::remove(info);
    run_or_throw({"bpftool", "map", "create", info, "type", "array", "key", "4", "value", size,
                  "entries", "1", "name", "xdp_stats_info"});
    load_well({"--dev", "va", "--pin"});
    EXPECT_EQ(pinned_info("va").abi, 2U) << size;
    EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 101U) << size;
  }
  std::filesystem::remove(info);
  run_or_throw({"bpftool", "map", "create", info, "type", "array", "key", "4", "value", "64",
                "entries", "1", "name", "xdp_stats_info"});
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(netdev("va").program_id, 0U);
  expect_nothing_left();
}

TEST_F(Identity, AlternativeNamesAndPatternsMeanDevices) {
  const VethPair other({.near = "vc", .far = "vd"});
  run_or_throw(
      {"ip", "link", "property", "add", "dev", "va", "altname", "uplink-of-the-first-rack"});
  EXPECT_THAT(load_well({"--dev", "uplink-of-the-first-rack", "--pin"}),
              StartsWith("va: counting"));
  EXPECT_THAT(load_well({"--dev", "v[ac]", "--pin"}),
              AllOf(HasSubstr("va: already counting ("), HasSubstr("vc: counting (")));
  expect_refused(loader({"--dev", "eth*", "--pin"}), "no device matches 'eth*'", "");
  EXPECT_THAT(load_well({"--status", "--dev", "v?"}),
              AllOf(HasSubstr("va: counting"), HasSubstr("vc: counting")));
  load_well({"--unload", "--all"});
  expect_nothing_left();
  EXPECT_EQ(load_well({"--unload", "--all"}), "");
}

TEST_F(Identity, UnloadGoneForgetsOnlyDevicesThatAreGone) {
  {
    const VethPair gone({.near = "vc", .far = "vd"});
    load_well({"--dev", "va", "--dev", "vc", "--pin"});
  }
  EXPECT_EQ(load_well({"--unload", "--gone"}), "vc: no longer counted, its counters are removed\n");
  EXPECT_TRUE(is_pinned("va"));
  EXPECT_FALSE(is_pinned("vc"));
  EXPECT_EQ(load_well({"--unload", "--gone"}), "");
}

} // namespace
} // namespace xdpstats::test
