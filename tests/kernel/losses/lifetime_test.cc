// SPDX-License-Identifier: BSD-2-Clause
// Lost frames have the lifetime of the counters: through runs of the loader, resets, renames and
// upgrades, for several devices, in several network namespaces.
#include <bpf/bpf.h>
#include <gmock/gmock.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bpf/xdp_stats_info.h"
#include "pinning/pin_path.h"
#include "tests/kernel/losses/losses_fixture.h"
#include "tests/support/traffic.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr uint32_t kNowhere = 0xFFFFFF;
const LossesPath kSet{kDefaultPinRoot};

class LossesLifetime : public LossesTest {
protected:
  void SetUp() override {
    count("va");
    aim_at_nothing("va");
  }

  static void aim_at_nothing(const std::string &device) {
    const uint32_t key = 0;
    ASSERT_EQ(bpf_map_update_elem(map_of(device, "targets").get(), &key, &kNowhere, BPF_ANY), 0);
  }
  static std::string pin(const std::string &device, const Command &more) {
    Command command = {"--dev", device, "--pin", "--program", PROGRAMS "/losing.bpf.o:losing"};
    command.insert(command.end(), more.begin(), more.end());
    return load_well(command);
  }
  static Lost invalid(uint64_t packets) { return {{"redirect EINVAL", packets}}; }
  static std::string lost_in_json(const std::string &device) {
    const auto line = run_or_throw({XDP_STATS, "--dev", device, "--format", "json"});
    return nlohmann::json::parse(line).at("actions").at("redirect").at("lost").dump();
  }
};

TEST_F(LossesLifetime, AreKeptByARunWithoutTheOption) {
  send_to("vb", 211, LOSING_REDIRECT);
  EXPECT_THAT(pin("va", {}), HasSubstr("already counting"));
  send_to("vb", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(518));
  EXPECT_NE(pinned_info("va").flags & XDP_STATS_INFO_LOSSES, 0U);
  EXPECT_EQ(lost_in_json("va"), R"({"packets":518,"reasons":{"EINVAL":518}})");
}

TEST_F(LossesLifetime, AreKeptWhenAnotherProgramCounts) {
  send_to("vb", 211, LOSING_REDIRECT);
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", "va", "--pin", "--program", PROGRAMS "/losing.bpf.o:losing"});
  aim_at_nothing("va");
  send_to("vb", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(518));
}

TEST_F(LossesLifetime, EndWithNoLossesAndKeepTheirNumbers) {
  send_to("vb", 211, LOSING_REDIRECT);
  pin("va", {"--no-losses"});
  EXPECT_FALSE(std::filesystem::exists(kSet.directory));
  send_to("vb", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(211));
  EXPECT_EQ(lost_in_json("va"), "null");
  EXPECT_THAT(run_or_throw({XDP_STATS, "--format", "prometheus"}),
              Not(HasSubstr("xdp_stats_lost")));
  pin("va", {"--losses"});
  send_to("vb", 401, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(612));
}

TEST_F(LossesLifetime, BeginAtZeroWithReset) {
  send_to("vb", 211, LOSING_REDIRECT);
  pin("va", {"--reset"});
  EXPECT_THAT(pinned_losses("va"), IsEmpty());
  aim_at_nothing("va");
  send_to("vb", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(307));
}

TEST_F(LossesLifetime, GoWithTheirDeviceAndTheProgramsWithTheLast) {
  const VethPair other({.near = "vc", .far = "vd"});
  count("vc");
  load_well({"--dev", "va", "--unload"});
  EXPECT_TRUE(std::filesystem::exists(kSet.directory));
  aim_at_nothing("vc");
  send_to("vd", 211, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("vc"), invalid(211));
  load_well({"--dev", "vc", "--unload"});
  expect_nothing_left();
}

TEST_F(LossesLifetime, AreOfEachDeviceItsOwn) {
  const VethPair other({.near = "vc", .far = "vd"});
  count("vc");
  aim_at_nothing("vc");
  const VethPair uncounted({.near = "vg", .far = "vh"});
  load_well({"--dev", "vg", "--pin", "--program", PROGRAMS "/losing.bpf.o:losing"});
  aim_at_nothing("vg");
  send_to("vb", 211, LOSING_REDIRECT);
  send_to("vd", 307, LOSING_REDIRECT);
  send_to("vh", 401, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(211));
  EXPECT_EQ(pinned_losses("vc"), invalid(307));
  EXPECT_EQ(lost_in_json("vg"), "null");
}

TEST_F(LossesLifetime, GoAlongWithARenamedDevice) {
  send_to("vb", 211, LOSING_REDIRECT);
  rename_device("va", "vz");
  pin("vz", {});
  send_to("vb", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("vz"), invalid(518));
}

TEST_F(LossesLifetime, GoOnWhenTheDeviceIsMadeAnew) {
  send_to("vb", 211, LOSING_REDIRECT);
  run_or_throw({"ip", "link", "del", "va"});
  const VethPair again;
  pin("va", {});
  aim_at_nothing("va");
  send_to("vb", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(518));
}

// A package that is upgraded runs the loader again, and may bring other programs.
TEST_F(LossesLifetime, MissNoFrameWhenTheLoaderRunsAgainUnderTraffic) {
  LiveFrames frames("vb");
  const auto frame = make_frame(61, {LOSING_REDIRECT, 0});
  Traffic traffic([&] {
    frames.send(503, frame);
    return uint64_t{503};
  });
  for (int run = 0; run < 7; ++run) {
    pin("va", {"--losses"});
  }
  EXPECT_EQ(pinned_losses("va"), invalid(traffic.stop()));
}

TEST_F(LossesLifetime, AreCountedAgainAfterAPinWasLost) {
  const VethPair other({.near = "vc", .far = "vd"});
  count("vc");
  aim_at_nothing("vc");
  std::filesystem::remove(kSet.link("redirect_err"));
  pin("va", {});
  send_to("vb", 211, LOSING_REDIRECT);
  send_to("vd", 307, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), invalid(211));
  EXPECT_EQ(pinned_losses("vc"), invalid(307));
}

TEST_F(LossesLifetime, AreReadableByWhoeverMayReadTheCounters) {
  pin("va", {"--group", "games"});
  const PinPath path(kDefaultPinRoot, "va");
  for (const auto &pinned : {path.stats_map, path.losses_map}) {
    EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(pinned).permissions()), 0640U)
        << pinned;
  }
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(kSet.directory).permissions()), 0700U);
}

TEST_F(LossesLifetime, CannotBeEditedByRoot) {
  const xdp_stats_loss key = {XDP_REDIRECT, -22};
  const std::vector<uint64_t> values(1024);
  const UniqueFd map(bpf_obj_get(PinPath(kDefaultPinRoot, "va").losses_map.c_str()));
  ASSERT_TRUE(map.valid());
  EXPECT_NE(bpf_map_update_elem(map.get(), &key, values.data(), BPF_ANY), 0);
  EXPECT_EQ(errno, EPERM);
}

// All devices have one number, and are counted by one set of programs.
TEST_F(LossesLifetime, AreToldApartInTenNamespaces) {
  const std::string script = R"(
    mount --bind /sys/fs/bpf /mnt
    mount -t sysfs sysfs /sys
    mount --bind /mnt /sys/fs/bpf
    for scope in all default; do echo 1 >/proc/sys/net/ipv6/conf/$scope/disable_ipv6 || :; done
    ip link add "v$1" index 7 type veth peer name far
    ip link set "v$1" up
    ip link set far up
    "$2" --dev "v$1" --pin --program "$3" --losses
    "$4" --dev far --count "$1" --size 61 --first-byte "$5")";
  constexpr uint64_t kPrimes[] = {211, 307, 401, 503, 601, 701, 809, 907, 1009, 1103};
  for (const uint64_t prime : kPrimes) {
    run_or_throw({"unshare", "--net", "--mount", "sh", "-ec", script, "sh", std::to_string(prime),
                  loader({}).front(), PROGRAMS "/losing.bpf.o:losing", XDP_SEND,
                  std::to_string(LOSING_REDIRECT)});
  }
  for (const uint64_t prime : kPrimes) {
    EXPECT_EQ(pinned_losses("v" + std::to_string(prime)), invalid(prime));
  }
  EXPECT_THAT(pinned_losses("va"), IsEmpty());
}

} // namespace
} // namespace xdpstats::test
