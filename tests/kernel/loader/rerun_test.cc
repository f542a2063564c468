// SPDX-License-Identifier: BSD-2-Clause
// Running the loader again: the totals go on, whichever program counts.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "pinning/pin_path.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/files.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/traffic.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Passes by the rules of verdicts.bpf.c.
const std::vector<uint8_t> kPassed = make_frame(60, {XDP_PASS});

class Rerun : public LoaderTest {
protected:
  // The same program in an object with other bytes, as a newer build has.
  [[nodiscard]] std::string newer_build() const {
    std::string file = scratch_.path() / "newer.bpf.o";
    std::filesystem::copy_file(kVerdicts, file);
    std::ofstream(file, std::ios::app | std::ios::binary) << "newer";
    return file;
  }

  ScratchDirectory scratch_;
};

TEST_F(Rerun, SaysThatItAlreadyCounts) {
  load_well({"--dev", "va", "--pin"});
  const xdp_stats_info info = pinned_info("va");
  LiveFrames(veth_.far()).send(1009, kPassed);
  const std::string before = machine_state();
  EXPECT_THAT(
      load_well({"--dev", "va", "--pin"}),
      StartsWith("va: already counting (builtin, native mode, XDP program 'xdp_stats' (id " +
                 std::to_string(info.counted_program_id) + "))"));
  EXPECT_EQ(machine_state(), before);
  EXPECT_EQ(pinned_info("va").generation, info.generation);
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 1009U);
}

TEST_F(Rerun, PutsAnotherProgramInPlaceOfTheFormer) {
  load_well({"--dev", "va", "--pin"});
  LiveFrames(veth_.far()).send(1009, kPassed);
  const xdp_stats_info builtin = pinned_info("va");
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--program", kVerdicts}),
              StartsWith("va: counting on with a new program (program, native mode, XDP program "
                         "'verdicts' (id "));
  const xdp_stats_info program = pinned_info("va");
  EXPECT_NE(program.counted_program_id, builtin.counted_program_id);
  EXPECT_TRUE(program_is_gone(builtin.counted_program_id));
  EXPECT_EQ(program.created_at, builtin.created_at);
  EXPECT_GT(program.attached_at, builtin.attached_at);
  EXPECT_EQ(program.changes, 1U);
  LiveFrames(veth_.far()).send(2003, make_frame(60, {XDP_DROP}));
  Counters expected = all_passed(1009, 1009 * 60);
  expected[XDP_DROP] = {2003, 2003 * 60};
  expect_counters(pinned_counters("va"), expected);
}

TEST_F(Rerun, NoticesANewerBuild) {
  load_well({"--dev", "va", "--pin", "--program", kVerdicts});
  struct stat before = {};
  ASSERT_EQ(::stat(PinPath(kDefaultPinRoot, "va").directory.c_str(), &before), 0);
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--program", kVerdicts}),
              HasSubstr("already counting"));
  const uint32_t old = pinned_info("va").counted_program_id;
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--program", newer_build()}),
              HasSubstr("counting on with a new program"));
  EXPECT_TRUE(program_is_gone(old));
  // No pin has changed, only the record. Readers that keep the record notice it by the time of the
  // directory.
  struct stat after = {};
  ASSERT_EQ(::stat(PinPath(kDefaultPinRoot, "va").directory.c_str(), &after), 0);
  EXPECT_NE(std::pair(after.st_ctim.tv_sec, after.st_ctim.tv_nsec),
            std::pair(before.st_ctim.tv_sec, before.st_ctim.tv_nsec));
}

TEST_F(Rerun, LosesNothingInTrafficWhereTheKernelReplacesAtOnce) {
  // Attached directly on every kernel, even where a dispatcher is possible.
  ::setenv("LIBXDP_SKIP_DISPATCHER", "1", 1);
  load_well({"--dev", "va", "--pin", "--program", kVerdicts});
  const std::string newer = newer_build();
  LiveFrames live(veth_.far());
  Traffic traffic([&live] {
    live.send(499, kPassed);
    return 499;
  });
  for (int round = 0; round < 5; ++round) {
    for (const Command &counter :
         {Command{}, Command{"--program", newer}, Command{"--program", kVerdicts}}) {
      const uint64_t before = traffic.sent();
      Command args = {"--dev", "va", "--pin"};
      args.insert(args.end(), counter.begin(), counter.end());
      EXPECT_THAT(load_well(args), HasSubstr("counting on with a new program"));
      wait_until("more frames are sent", [&] { return traffic.sent() > before; });
    }
  }
  const uint64_t sent = traffic.stop();
  expect_counters(pinned_counters("va"), all_passed(sent, sent * 60));
  const xdp_stats_info info = pinned_info("va");
  EXPECT_EQ(info.uncovered_ns, 0U);
  EXPECT_EQ(info.changes, 15U);
  ::unsetenv("LIBXDP_SKIP_DISPATCHER");
}

TEST_F(Rerun, TellsTheGapThatARebuiltDispatcherLeaves) {
  SKIP_UNLESS(can_load_extension());
  load_well({"--dev", "va", "--pin", "--program", kVerdicts});
  LiveFrames live(veth_.far());
  Traffic traffic([&live] {
    live.send(499, kPassed);
    return 499;
  });
  uint64_t counted = 0;
  uint64_t uncovered = 0;
  for (const Command &args :
       {Command{"--dev", "va", "--pin"}, Command{"--dev", "va", "--pin", "--program", kVerdicts}}) {
    const Finished finished = load(args);
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_THAT(finished.err, AllOf(StartsWith("note: va: nothing was counted for "),
                                    HasSubstr(" microseconds while the dispatcher was rebuilt")));
    const uint64_t now = pinned_counters("va")[XDP_PASS].packets;
    EXPECT_GE(now, counted);
    EXPECT_GT(pinned_info("va").uncovered_ns, uncovered);
    counted = now;
    uncovered = pinned_info("va").uncovered_ns;
  }
  const uint64_t sent = traffic.stop();
  counted = pinned_counters("va")[XDP_PASS].packets;
  EXPECT_LE(counted, sent);
  EXPECT_GT(counted, 0U);
  // From now on no frame is missed.
  LiveFrames(veth_.far()).send(10'007, kPassed);
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, counted + 10'007);
}

TEST_F(Rerun, CountsOnAfterTheDeviceWasMadeAnew) {
  {
    const VethPair first({.near = "vc", .far = "vd"});
    load_well({"--dev", "vc", "--pin"});
    LiveFrames(first.far()).send(1009, kPassed);
  }
  const VethPair second({.near = "vc", .far = "vd"});
  EXPECT_THAT(load_well({"--dev", "vc", "--pin"}), StartsWith("vc: counting ("));
  LiveFrames(second.far()).send(2003, kPassed);
  EXPECT_EQ(pinned_counters("vc")[XDP_PASS].packets, 1009U + 2003U);
}

TEST_F(Rerun, StartsAtZeroOnlyWhenAskedTo) {
  load_well({"--dev", "va", "--pin"});
  LiveFrames(veth_.far()).send(1009, kPassed);
  const xdp_stats_info before = pinned_info("va");
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--reset"}),
              StartsWith("va: counting from zero (builtin, "));
  expect_counters(pinned_counters("va"), Counters{});
  LiveFrames(veth_.far()).send(2003, kPassed);
  expect_counters(pinned_counters("va"), all_passed(2003, 2003 * 60));
  const xdp_stats_info after = pinned_info("va");
  EXPECT_GT(after.created_at, before.created_at);
  EXPECT_EQ(after.changes, 0U);
  EXPECT_EQ(after.uncovered_ns, 0U);
  EXPECT_TRUE(program_is_gone(before.counted_program_id));
}

TEST_F(Rerun, MayChangeTheKindOfMapWithReset) {
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", "va", "--pin", "--map", "array", "--reset"});
  LiveFrames(veth_.far()).send(1009, kPassed);
  expect_counters(pinned_counters("va"), all_passed(1009, 1009 * 60));
  EXPECT_THAT(load_well({"--status", "--dev", "va"}), HasSubstr(" (array, id "));
  // Without --map the kind stays as it is.
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), HasSubstr("already counting"));
}

} // namespace
} // namespace xdpstats::test
