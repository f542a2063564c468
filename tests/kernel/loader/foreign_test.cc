// SPDX-License-Identifier: BSD-2-Clause
// Somebody else's program stays, whoever attached it.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "pinning/pin_path.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/value_or_throw.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kAttach[] = "ip link set va xdpdrv obj " PROGRAMS "/verdicts.bpf.o sec xdp.frags";
constexpr char kByBpftool[] =
    "bpftool prog load " PROGRAMS "/verdicts.bpf.o /sys/fs/bpf/theirs type xdp && "
    "bpftool net attach xdpgeneric pinned /sys/fs/bpf/theirs dev va";
constexpr char kByXdpLoader[] = "xdp-loader load -m native va " PROGRAMS "/verdicts.bpf.o";

class Foreign : public LoaderTest, public testing::WithParamInterface<const char *> {};

TEST_P(Foreign, ProgramStays) {
  run_or_throw({"sh", "-c", GetParam()});
  const uint32_t theirs = netdev("va").program_id;
  ASSERT_NE(theirs, 0U);
  const std::string before = machine_state();
  for (const Command &counter : {Command{"--pin"}, Command{"--pin", "--reset"},
                                 Command{"--pin", "--program", kVerdicts}, Command{"--count=1"}}) {
    Command args = {"--dev", "va"};
    args.insert(args.end(), counter.begin(), counter.end());
    const Finished finished = load(args);
    EXPECT_EQ(finished.status, 1);
    EXPECT_EQ(finished.out, "");
    EXPECT_THAT(finished.err,
                AllOf(StartsWith("xdp-stats-load: cannot attach to 'va': it already runs XDP "
                                 "program 'verdicts' (id "),
                      HasSubstr("\nhint: --observe counts its verdicts")));
  }
  EXPECT_EQ(load_well({"--dev", "va", "--unload"}), "va: nothing to unload, it is not counted\n");
  EXPECT_EQ(machine_state(), before);
  EXPECT_EQ(netdev("va").program_id, theirs);
}

INSTANTIATE_TEST_SUITE_P(AttachedBy, Foreign, testing::Values(kAttach, kByBpftool, kByXdpLoader),
                         [](const auto &test) {
                           const std::string command = test.param;
                           return command.starts_with("ip")        ? "Ip"
                                  : command.starts_with("bpftool") ? "Bpftool"
                                                                   : "XdpLoader";
                         });

class Chain : public LoaderTest {
protected:
  // The counters of the dispatcher's component that libxdp pins under this name.
  static Counters component_counters(const std::string &pin) {
    const UniqueFd program(bpf_obj_get((dispatcher_pins("va") / pin).c_str()));
    __u32 map = 0;
    bpf_prog_info info = {};
    info.nr_map_ids = 1;
    info.map_ids = reinterpret_cast<__u64>(&map);
    __u32 length = sizeof(info);
    EXPECT_EQ(bpf_obj_get_info_by_fd(program.get(), &info, &length), 0) << pin;
    EXPECT_EQ(info.nr_map_ids, 1U);
    return value_or_throw(
        value_or_throw(StatsMap::adopt(UniqueFd(bpf_map_get_fd_by_id(map)), pin)).read());
  }
};

TEST_F(Chain, NeedsADispatcher) {
  run_or_throw({"sh", "-c", kAttach});
  expect_refused(loader({"--dev", "va", "--pin", "--chain"}),
                 "cannot chain on 'va': its XDP program 'verdicts' was not attached through "
                 "libxdp's dispatcher",
                 "attach it with xdp-loader");
}

TEST_F(Chain, CountsInFrontOfAnotherProgram) {
  SKIP_UNLESS(can_load_extension());
  run_or_throw({"sh", "-c", kByXdpLoader});
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--chain"}),
              StartsWith("va: counting (builtin, "));
  // Our program passes the frame on to the other one, which decides what happens to it.
  LiveFrames live(veth_.far());
  live.send(1009, make_frame(60, {XDP_DROP}));
  live.send(2003, make_frame(60, {XDP_PASS}));
  expect_counters(pinned_counters("va"), all_passed(1009 + 2003, (1009 + 2003) * 60));
  Counters decided = all_passed(2003, 2003 * 60);
  decided[XDP_DROP] = {1009, 1009 * 60};
  expect_counters(component_counters("prog1-prog"), decided);
  const std::string theirs = run_or_throw({"xdp-loader", "status", "va"});
  EXPECT_THAT(theirs,
              AllOf(HasSubstr("xdp_dispatcher"), HasSubstr("xdp_stats"), HasSubstr("verdicts")));
  EXPECT_LT(theirs.find("xdp_stats"), theirs.find("verdicts")) << theirs;
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), HasSubstr("already counting"));

  load_well({"--dev", "va", "--unload"});
  EXPECT_FALSE(std::filesystem::exists(PinPath(kDefaultPinRoot, "va").directory));
  EXPECT_THAT(run_or_throw({"xdp-loader", "status", "va"}),
              AllOf(HasSubstr("verdicts"), testing::Not(HasSubstr("xdp_stats"))));
  run_or_throw({"xdp-loader", "unload", "va", "--all"});
  expect_nothing_left();
}

TEST_F(Chain, MovesToAnotherPlaceWhenAskedTo) {
  SKIP_UNLESS(can_load_extension());
  run_or_throw({"sh", "-c", kByXdpLoader});
  load_well({"--dev", "va", "--pin", "--chain"});
  const Command moved = {"--dev", "va", "--pin", "--priority", "60"};
  EXPECT_THAT(load_well(moved), StartsWith("va: counting on with a new program (builtin, "));
  const std::string order = run_or_throw({"xdp-loader", "status", "va"});
  EXPECT_GT(order.find("xdp_stats"), order.find("verdicts")) << order;
  EXPECT_THAT(load_well(moved), HasSubstr("already counting"));
  // Frames that the program in front drops do not reach ours.
  LiveFrames live(veth_.far());
  live.send(1009, make_frame(60, {XDP_DROP}));
  live.send(2003, make_frame(60, {XDP_PASS}));
  expect_counters(pinned_counters("va"), all_passed(2003, 2003 * 60));
  load_well({"--dev", "va", "--unload"});
  run_or_throw({"xdp-loader", "unload", "va", "--all"});
  expect_nothing_left();
}

TEST_F(Chain, AnotherProgramMayJoinAndLeave) {
  SKIP_UNLESS(can_load_extension());
  load_well({"--dev", "va", "--pin"});
  run_or_throw({"sh", "-c", kByXdpLoader});
  LiveFrames live(veth_.far());
  live.send(1009, make_frame(60, {XDP_DROP}));
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 1009U);
  // There is a new dispatcher now. Nothing was missed: nobody who cannot know raises an alarm.
  const auto seen = nlohmann::json::parse(run_or_throw({XDP_STATS, "--format", "json"}));
  EXPECT_EQ(seen.at("state"), "unknown");
  EXPECT_EQ(seen.at("reason"), "its chain was rebuilt; xdp-stats-load --status as root tells");
  EXPECT_THAT(load_well({"--status"}), StartsWith("va: counting\n"));
  // The next run updates the record.
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), HasSubstr("already counting"));
  EXPECT_EQ(pinned_info("va").netdev_program_id, netdev("va").program_id);
  load_well({"--dev", "va", "--unload"});
  run_or_throw({"xdp-loader", "unload", "va", "--all"});
  expect_nothing_left();
}

// The dispatcher stays, and decides nothing.
TEST_F(Chain, OwnProgramTakenOutOfItsChainIsPutBackOrUnloaded) {
  SKIP_UNLESS(can_load_extension());
  load_well({"--dev", "va", "--pin"});
  LiveFrames live(veth_.far());
  live.send(1009, make_frame(60, {XDP_PASS}));
  std::filesystem::remove_all("/sys/fs/bpf/xdp");
  live.send(7, make_frame(60, {XDP_PASS}));
  EXPECT_THAT(load_well({"--status"}),
              StartsWith("va: stopped (its program was taken out of the chain)"));
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), StartsWith("va: "));
  live.send(1013, make_frame(60, {XDP_PASS}));
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 2022U);
  EXPECT_GT(pinned_info("va").uncovered_ns, 0U);
  std::filesystem::remove_all("/sys/fs/bpf/xdp");
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(netdev("va").program_id, 0U);
  expect_nothing_left();
}

} // namespace
} // namespace xdpstats::test
