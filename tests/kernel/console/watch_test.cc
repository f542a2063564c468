// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats --watch, piped and on a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "pinning/pin_path.h"
#include "tests/support/pins.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"
#include "tests/support/stalled.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Counters kPrimes = {xdp_stats_record{2, 13}, {3, 17}, {5, 19}, {7, 23}, {11, 29}};
constexpr char kEnter[] = "\x1b[?1049h";
constexpr char kLeave[] = "\x1b[?7h\x1b[?25h\x1b[?1049l";

class Watch : public testing::Test {
protected:
  void SetUp() override { pin_device(kDefaultPinRoot, "eth0", kPrimes, make_info("eth0")); }
  void TearDown() override { std::filesystem::remove_all(kDefaultPinRoot); }

  const std::string map_ = PinPath(kDefaultPinRoot, "eth0").stats_map;
};

TEST_F(Watch, AppendsWhenPiped) {
  const Finished finished =
      run({XDP_STATS, "--watch", "0.05", "--count", "3"}, {"TZ=UTC", "COLUMNS=80"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out, AllOf(StartsWith("xdp-stats  20"), Not(HasSubstr("\x1b"))));
  size_t frames = 0;
  for (size_t at = 0; (at = finished.out.find("every 0.05 s  1 device", at)) != std::string::npos;
       ++at) {
    ++frames;
  }
  EXPECT_EQ(frames, 3U);
  EXPECT_THAT(finished.out, HasSubstr("  packets/s        -      -      -      -         -\n"));
  EXPECT_THAT(finished.out, HasSubstr("  packets/s        0      0      0      0         0\n"));
}

TEST_F(Watch, KeepsToItsInterval) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(run({XDP_STATS, "--format=json", "--watch=0.2", "--count=6"}).status, 0);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));
}

TEST_F(Watch, FlushesALineForEachTick) {
  const Process process({XDP_STATS, "--format=json", "--watch=60"});
  process.wait_for_output("\"device\":\"eth0\"");
  EXPECT_THAT(process.out(), EndsWith("}\n"));
}

TEST_F(Watch, TellsAndFollowsAMapThatIsReplaced) {
  Process process({XDP_STATS, "--watch=0.05"}, {"COLUMNS=80"});
  process.wait_for_output("packets/s        0      0");
  Counters fewer = {};
  fewer[XDP_PASS] = {1, 61};
  pin_counters(map_, fewer);
  process.wait_for_output("eth0: the counters are those of another map; rates start anew\n");
  process.wait_for_output("packets          0      0      1      0         0\n");
  process.signal(SIGTERM);
  const Finished finished = process.wait();
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "");
  const size_t told = finished.out.find("another map");
  const size_t frame = finished.out.rfind("xdp-stats  20", told);
  EXPECT_THAT(finished.out.substr(frame, told - frame),
              HasSubstr("  packets/s        -      -      -      -         -\n"));
  EXPECT_THAT(finished.out, Not(HasSubstr(" -1")));
}

TEST_F(Watch, TellsOfCountersThatGoAndComeBack) {
  Process process({XDP_STATS, "--format=json", "--watch=0.05"});
  process.wait_for_output("eth0");
  std::filesystem::remove_all(kDefaultPinRoot);
  process.wait_for_error("xdp-stats: eth0: the counters are gone\n");
  pin_device(kDefaultPinRoot, "eth0", kPrimes, make_info("eth0"));
  process.wait_for_error("xdp-stats: eth0: counters have appeared\n");
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().status, 0);
}

TEST_F(Watch, TellsALastingProblemOnce) {
  Process process({XDP_STATS, "--format=json", "--dev=eth0", "--watch=0.02"});
  process.wait_for_output("eth0");
  ::unlink(map_.c_str());
  process.wait_for_error("no counters are pinned for 'eth0'");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  process.signal(SIGINT);
  const Finished finished = process.wait();
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(finished.err, "xdp-stats: eth0: the counters are gone\n"
                          "xdp-stats: no counters are pinned for 'eth0'\n"
                          "hint: xdp-stats-load --dev eth0 --pin\n");
}

TEST_F(Watch, RedrawsOnATerminalAndRestoresItOnInterrupt) {
  PtyProcess process({XDP_STATS, "--watch=0.05"}, 80, 24, {"NO_COLOR="});
  process.wait_for("packets/s");
  const termios before = process.settings();
  EXPECT_THAT(process.wait_for("packets/s"), HasSubstr("\x1b[H")) << "drawn over, from the top";
  process.type("\x03"); // ^C
  const int status = process.wait_status();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const std::string rest = process.rest();
  EXPECT_THAT(rest, EndsWith(kLeave));
  EXPECT_THAT(rest, Not(HasSubstr(kEnter)));
  const termios after = process.settings();
  EXPECT_EQ(after.c_lflag, before.c_lflag);
  EXPECT_EQ(after.c_iflag, before.c_iflag);
  EXPECT_EQ(after.c_oflag, before.c_oflag);
}

TEST_F(Watch, EntersTheAlternateScreenOnce) {
  PtyProcess process({XDP_STATS, "--watch=0.02", "--count=5"}, 80, 24);
  const int status = process.wait_status();
  ASSERT_TRUE(WIFEXITED(status));
  const std::string all = process.rest();
  EXPECT_THAT(all, StartsWith(kEnter));
  EXPECT_EQ(all.find(kEnter, 1), std::string::npos);
  EXPECT_THAT(all, EndsWith(kLeave));
}

TEST_F(Watch, ColoursOnlyWhereWelcome) {
  PtyProcess coloured({XDP_STATS, "--watch=0.02", "--count=1"}, 80, 24, {"NO_COLOR="});
  (void)coloured.wait_status();
  EXPECT_THAT(coloured.rest(), HasSubstr("\x1b[31mstopped"));
  PtyProcess plain({XDP_STATS, "--watch=0.02", "--count=1"}, 80, 24, {"NO_COLOR=1"});
  (void)plain.wait_status();
  EXPECT_THAT(plain.rest(), AllOf(HasSubstr("stopped"), Not(HasSubstr("\x1b[31m"))));
}

TEST_F(Watch, FollowsTheSizeOfTheTerminal) {
  PtyProcess process({XDP_STATS, "--watch=60"}, 80, 24, {"NO_COLOR=1"});
  process.wait_for("since 20");
  process.resize(200, 50);
  process.wait_for("COUNTED BY");
}

TEST_F(Watch, GivesTheTerminalBackWhileSuspended) {
  PtyProcess process({XDP_STATS, "--watch=0.05"}, 80, 24);
  process.wait_for("packets/s");
  process.type("\x1a"); // ^Z
  const int stopped = process.wait_status();
  ASSERT_TRUE(WIFSTOPPED(stopped));
  EXPECT_THAT(process.rest(), EndsWith(kLeave));
  ASSERT_EQ(::kill(process.pid(), SIGCONT), 0);
  process.wait_for(kEnter);
  process.wait_for("packets/s");
}

TEST_F(Watch, EndsWhileItsReaderStalls) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    StalledProcess process({XDP_STATS, "--format=json", "--watch=0.01"});
    process.wait_until_stalled();
    EXPECT_EQ(process.end_by(signal), 0);
  }
}

// Its messages go the same way.
TEST_F(Watch, EndsWhileTheReaderOfItsErrorsStalls) {
  StalledProcess process(
      {"bash", "-c", "exec 3>&1 >/dev/null; exec \"$0\" --watch=0.01 --dev eth0 --dev \"$1\" 2>&3",
       XDP_STATS, std::string(8000, 'x')});
  process.wait_until_stalled();
  EXPECT_EQ(process.end_by(SIGTERM), 1) << "one device is missing";
}

TEST_F(Watch, EndsWhileItsTerminalStalls) {
  PtyProcess process({XDP_STATS, "--watch=0.01"}, 80, 24);
  process.wait_for("packets/s");
  wait_until_in(process.pid(), "wait_woken");
  ASSERT_EQ(::kill(process.pid(), SIGTERM), 0);
  const int status = process.wait_status_unread();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Watch, EndsWithItsTerminal) {
  PtyProcess process({XDP_STATS, "--watch=60"}, 80, 24);
  process.wait_for("packets/s");
  process.hang_up();
  const int status = process.wait_status();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace xdpstats::test
