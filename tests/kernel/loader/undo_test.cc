// SPDX-License-Identifier: BSD-2-Clause
// Whichever step of the loader fails, what it had done before is undone, but for what libxdp has
// put into a dispatcher: that cannot be undone for certain, counts, and is finished by the next
// run. Each call is made to fail in turn, as on a machine without memory for another inode, map or
// program.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tests/kernel/loader/loader_test.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

using testing::StartsWith;

struct Change {
  const char *name;
  std::vector<Command> before; ///< the commands that were run before
  Command command;
  int least;           ///< at least so many of its calls can fail
  bool traces = false; ///< needs a kernel that lets us observe
};

void PrintTo(const Change &change, std::ostream *out) { *out << change.name; }

const Command kPinned = loader({"--dev", "va", "--pin"});
const Command kObserved = loader({"--dev", "va", "--pin", "--observe"});
const Command kTheirs = {"ip",     "-force", "link",    "set", "va",
                         "xdpdrv", "obj",    kVerdicts, "sec", "xdp.frags"};

class Undo : public LoaderTest, public testing::WithParamInterface<Change> {
protected:
  // What is pinned, what the device runs, and what a reader without privilege is told.
  static std::string state() {
    Command command = loader({"--status"});
    command.insert(command.begin(), {"setpriv", "--bounding-set=-all", "--inh-caps=-all"});
    const Finished status = run(command);
    EXPECT_EQ(status.status, 0) << status.err;
    return lasting_state() + status.out;
  }

  enum class Outcome {
    kDone,
    kFailed, ///< and all is as it was
    kStands, ///< failed, and what libxdp attached stays: it says so, and the command again heals
    kNotCalled,
  };

  // Runs the command with this call failing.
  static Outcome run_with_failure(const std::string &call, int number) {
    SCOPED_TRACE(call + " " + std::to_string(number));
    const std::string mark = testing::TempDir() + "xdp_stats_failed." + std::to_string(::getpid());
    const std::string before = state();
    const Finished finished =
        run(loader(GetParam().command),
            {"LD_PRELOAD=" FAIL_CALL, "ASAN_OPTIONS=verify_asan_link_order=0",
             "FAIL_CALL=" + call + " " + std::to_string(number) + " " + std::to_string(ENOSPC),
             "FAIL_MARK=" + mark});
    if (!std::filesystem::remove(mark)) {
      EXPECT_EQ(finished.status, 0) << finished.err;
      return Outcome::kNotCalled;
    }
    if (finished.status == 0) {
      return Outcome::kDone;
    }
    EXPECT_EQ(finished.out, "");
    EXPECT_THAT(finished.err, StartsWith("xdp-stats-load: cannot "));
    EXPECT_EQ(finished.status, 1);
    if (can_load_extension().supported &&
        finished.err.find("\nhint: run the same command again") != std::string::npos) {
      EXPECT_NE(state(), before);
      const Finished again = run(loader(GetParam().command));
      EXPECT_EQ(again.status, 0) << again.err;
      return Outcome::kStands;
    }
    EXPECT_EQ(state(), before);
    return Outcome::kFailed;
  }

  static void prepare() {
    for (const Command &command : GetParam().before) {
      run_or_throw(command);
    }
  }
  static void clean_up() {
    load_well({"--dev", "va", "--unload"});
    run_or_throw({"ip", "link", "set", "va", "xdp", "off"});
    // What ip has made, and what it calls as libxdp calls its own.
    for (const char *path : {"xdp_stats", "ip", "tc/globals", "tc", "xdp"}) {
      std::filesystem::remove(std::string("/sys/fs/bpf/") + path);
    }
    expect_nothing_left();
  }
};

TEST_P(Undo, LeavesAllAsItWas) {
  if (GetParam().traces) {
    SKIP_UNLESS(can_load_tracing());
  }
  int failures = 0;
  for (const char *call : {"mkdir", "fchownat", "chmod", "rename", "bpf_obj_pin", "bpf_map_freeze",
                           "bpf_map_update_elem", "bpf_xdp_attach"}) {
    prepare();
    auto outcome = Outcome::kFailed;
    for (int number = 1; outcome != Outcome::kNotCalled; ++number) {
      outcome = run_with_failure(call, number);
      const bool failed = outcome == Outcome::kFailed || outcome == Outcome::kStands;
      failures += failed ? 1 : 0;
      if (outcome == Outcome::kDone || outcome == Outcome::kStands) {
        // The libraries also try things that they can do without.
        clean_up();
        prepare();
      }
    }
    clean_up();
  }
  EXPECT_GE(failures, GetParam().least);
}

INSTANTIATE_TEST_SUITE_P(
    Of, Undo,
    testing::Values(Change{"Pin", {}, {"--dev", "va", "--pin", "--group", "games"}, 12},
                    Change{"Program",
                           {kPinned},
                           {"--dev", "va", "--pin", "--group", "games", "--program", kVerdicts},
                           8},
                    Change{"Reset", {kPinned}, {"--dev", "va", "--pin", "--reset"}, 6},
                    Change{"Observe", {kTheirs}, {"--dev", "va", "--pin", "--observe"}, 6, true},
                    Change{"ObserveReset",
                           {kTheirs, kObserved},
                           {"--dev", "va", "--pin", "--observe", "--reset"},
                           6,
                           true},
                    Change{"ObserveMove",
                           {kTheirs, kObserved, kTheirs},
                           {"--dev", "va", "--pin", "--observe"},
                           3,
                           true}),
    [](const auto &test) { return std::string(test.param.name); });

} // namespace
} // namespace xdpstats::test
