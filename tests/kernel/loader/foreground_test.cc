// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load without --pin: it counts as long as it lives, and no longer.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>

#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/pty.h"
#include "tests/support/stalled.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Foreground : public LoaderTest {
protected:
  // Waits for the first table; the program is attached by then.
  static void wait_for_table(const Process &process) { process.wait_for_output("\n  bytes "); }
  // The kernel detaches soon after the process has ended, and frees the program later.
  static void expect_detached(uint32_t program) {
    wait_until("the device has no program", [] { return netdev("va").program_id == 0; });
    EXPECT_TRUE(program_is_gone(program));
    expect_nothing_left();
  }
};

TEST_F(Foreground, ShowsExactlyWhatWasCounted) {
  Process process(loader({"--dev", "va", "--interval", "0.05"}), {"COLUMNS=80"});
  wait_for_table(process);
  LiveFrames(veth_.far()).send(100'003, make_frame(61));
  const std::string packets = "\n  packets          0     0    100,003   0         0\n";
  const std::string bytes = "\n  bytes            0     0  6,100,183   0         0\n";
  const auto squeezed = [](const std::string &text) {
    std::string result;
    for (const char c : text) {
      if (c != ' ' || result.empty() || result.back() != ' ') {
        result += c;
      }
    }
    return result;
  };
  wait_until("both lines are shown", [&] {
    const std::string out = squeezed(process.out());
    return out.find(squeezed(packets)) != std::string::npos &&
           out.find(squeezed(bytes)) != std::string::npos;
  });
  EXPECT_THAT(process.out(), HasSubstr("va  counting  builtin (native)"));
  const uint32_t program = netdev("va").program_id;
  process.signal(SIGINT);
  const Finished finished = process.wait();
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "");
  expect_detached(program);
}

TEST_F(Foreground, StopsAfterSoManyTables) {
  const Finished finished =
      run(loader({"--dev", "va", "--interval", "0.02", "--count", "3"}), {"COLUMNS=80"});
  EXPECT_EQ(finished.status, 0);
  size_t tables = 0;
  for (size_t at = 0; (at = finished.out.find("\n  bytes ", at)) != std::string::npos; ++at) {
    ++tables;
  }
  EXPECT_EQ(tables, 3U);
  wait_until("the device has no program", [] { return netdev("va").program_id == 0; });
  expect_nothing_left();
}

struct Ending {
  int signal;
  int status;
};

class ForegroundEnds : public Foreground, public testing::WithParamInterface<Ending> {};

TEST_P(ForegroundEnds, LeaveNothing) {
  Process process(loader({"--dev", "va", "--interval", "60"}));
  wait_for_table(process);
  const uint32_t program = netdev("va").program_id;
  ASSERT_NE(program, 0U);
  process.signal(GetParam().signal);
  EXPECT_EQ(process.wait().status, GetParam().status);
  expect_detached(program);
}

INSTANTIATE_TEST_SUITE_P(By, ForegroundEnds,
                         testing::Values(Ending{SIGINT, 0}, Ending{SIGTERM, 0}, Ending{SIGHUP, 0},
                                         Ending{SIGKILL, 128 + SIGKILL}),
                         [](const auto &test) {
                           return std::string(::sigabbrev_np(test.param.signal));
                         });

TEST_F(Foreground, EndsWithItsTerminal) {
  PtyProcess process(loader({"--dev", "va", "--interval", "60"}), 80, 24);
  process.wait_for("packets");
  const uint32_t program = netdev("va").program_id;
  ASSERT_NE(program, 0U);
  process.hang_up();
  const int status = process.wait_status();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  expect_detached(program);
}

TEST_F(Foreground, EndsWhileItsReaderStalls) {
  for (const int signal : {SIGINT, SIGTERM}) {
    StalledProcess process(loader({"--dev", "va", "--interval", "0.01"}));
    process.wait_until_stalled();
    const uint32_t program = netdev("va").program_id;
    ASSERT_NE(program, 0U);
    EXPECT_EQ(process.end_by(signal), 0);
    expect_detached(program);
  }
}

TEST_F(Foreground, RunsAUsersProgram) {
  Process process(loader({"--dev", "va", "--program", kVerdicts, "--interval", "0.05"}),
                  {"COLUMNS=80"});
  wait_for_table(process);
  LiveFrames(veth_.far()).send(20'011, make_frame(60, {XDP_DROP}));
  process.wait_for_output(" 20,011 ");
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait().status, 0);
}

TEST_F(Foreground, IsRefusedWhereSomethingRuns) {
  load_well({"--dev", "va", "--pin"});
  const Finished finished = load({"--dev", "va", "--count", "1"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, StartsWith("xdp-stats-load: cannot attach to 'va': it already runs XDP "
                                       "program 'xdp_stats' (id "));
  EXPECT_THAT(load_well({"--status"}), StartsWith("va: counting\n")) << "it was left alone";
}

TEST_F(Foreground, GivesWayToPinningAfterwards) {
  EXPECT_EQ(load({"--dev", "va", "--interval", "0.02", "--count", "1"}).status, 0);
  wait_until("the device has no program", [] { return netdev("va").program_id == 0; });
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), StartsWith("va: counting ("));
}

} // namespace
} // namespace xdpstats::test
