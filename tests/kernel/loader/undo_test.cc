// SPDX-License-Identifier: BSD-2-Clause
// Whatever step of the loader fails, what it had done is undone: each call is made to fail in turn,
// as on a machine without memory for another inode, map or program.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include "tests/kernel/loader/loader_test.h"

namespace xdpstats::test {
namespace {

using testing::StartsWith;

struct Change {
  const char *name;
  std::vector<Command> before;
  Command command;
  int least; ///< as many of its calls can fail
};

void PrintTo(const Change &change, std::ostream *out) { *out << change.name; }

class Undo : public LoaderTest, public testing::WithParamInterface<Change> {
protected:
  // What is pinned, what the device runs, and what a reader without privilege makes of it. libxdp
  // puts a program back into a dispatcher by building a new one, with another id.
  static std::string state() {
    std::string text = machine_state();
    if (text.find("/xdp/dispatch-") != std::string::npos) {
      text = std::regex_replace(text, std::regex("/xdp/dispatch-[0-9]+-[0-9]+(\\S*) inode [0-9]+"),
                                "/xdp/dispatch$1");
      text = std::regex_replace(text, std::regex("va runs [0-9]+"), "va runs a dispatcher");
    }
    const Finished status =
        run({"setpriv", "--bounding-set=-all", "--inh-caps=-all", XDP_STATS_LOAD, "--status"});
    EXPECT_EQ(status.status, 0) << status.err;
    return text + status.out;
  }

  enum class Outcome { kDone, kFailed, kNotCalled };

  // Runs the command with this call failing.
  static Outcome run_with_failure(const std::string &call, int number) {
    SCOPED_TRACE(call + " " + std::to_string(number));
    const std::string mark = testing::TempDir() + "xdp_stats_failed." + std::to_string(::getpid());
    const std::string before = state();
    const Finished finished =
        run(loader(GetParam().command),
            {"LD_PRELOAD=" FAIL_CALL,
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
    EXPECT_EQ(state(), before);
    return Outcome::kFailed;
  }

  static void prepare() {
    for (const Command &command : GetParam().before) {
      load_well(command);
    }
  }
  static void clean_up() {
    load_well({"--dev", "va", "--unload"});
    std::filesystem::remove("/sys/fs/bpf/xdp_stats");
    expect_nothing_left();
  }
};

TEST_P(Undo, LeavesAllAsItWas) {
  int failures = 0;
  for (const char *call : {"mkdir", "chown", "chmod", "rename", "bpf_obj_pin", "bpf_map_freeze",
                           "bpf_map_update_elem", "bpf_xdp_attach"}) {
    prepare();
    auto outcome = Outcome::kFailed;
    for (int number = 1; outcome != Outcome::kNotCalled; ++number) {
      outcome = run_with_failure(call, number);
      failures += outcome == Outcome::kFailed ? 1 : 0;
      if (outcome == Outcome::kDone) {
        // The libraries try things that they can do without.
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
    testing::Values(
        Change{"Pin", {}, {"--dev", "va", "--pin"}, 6},
        Change{"Group", {}, {"--dev", "va", "--pin", "--group", "games"}, 12},
        Change{"GroupLater",
               {{"--dev", "va", "--pin"}},
               {"--dev", "va", "--pin", "--group", "games", "--program", kVerdicts},
               8},
        Change{"Reset", {{"--dev", "va", "--pin"}}, {"--dev", "va", "--pin", "--reset"}, 6},
        Change{"Program",
               {{"--dev", "va", "--pin"}},
               {"--dev", "va", "--pin", "--program", kVerdicts},
               2}),
    [](const auto &test) { return std::string(test.param.name); });

} // namespace
} // namespace xdpstats::test
