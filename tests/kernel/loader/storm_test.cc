// SPDX-License-Identifier: BSD-2-Clause
// Twenty commands at once, of every sort, on the same devices and under traffic.
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/traffic.h"

namespace xdpstats::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class Storm : public LoaderTest {
protected:
  using Processes = std::vector<std::unique_ptr<Process>>;

  // As many as that of these commands, drawn by lot, all at once. Each has to do what it is for.
  void run_at_once(const std::vector<Command> &commands, int number) {
    Processes processes;
    std::vector<Command> drawn;
    for (int i = 0; i < number; ++i) {
      drawn.push_back(commands[random_() % commands.size()]);
      processes.push_back(std::make_unique<Process>(drawn.back()));
    }
    for (size_t i = 0; i < processes.size(); ++i) {
      const Finished finished = processes[i]->wait();
      EXPECT_EQ(finished.status, 0) << testing::PrintToString(drawn[i]) << finished.err;
    }
  }

  void expect_counted_once(const std::string &near, LiveFrames &live) {
    const auto sum = [&near] {
      uint64_t packets = 0;
      for (const auto &counter : pinned_counters(near)) {
        packets += counter.packets;
      }
      return packets;
    };
    const uint64_t before = sum();
    live.send(1009, make_frame(60));
    EXPECT_EQ(sum() - before, 1009U) << near;
  }

  static int rounds() { return in_lab() ? 2 : 10; }

  std::mt19937 random_{4229}; // NOLINT(cert-msc32-c,cert-msc51-cpp)
};

// What keeps the counters: every frame is counted, and once.
TEST_F(Storm, OfChangesLosesNoFrame) {
  // Attached directly on every kernel: a dispatcher would leave gaps.
  ::setenv("LIBXDP_SKIP_DISPATCHER", "1", 1);
  load_well({"--dev", "va", "--pin"});
  LiveFrames live(veth_.far());
  Traffic traffic(
      [&live] {
        live.send(499, make_frame(60));
        return 499;
      },
      std::chrono::milliseconds(1));
  const std::vector<Command> commands = {
      loader({"--dev", "va", "--pin"}),
      loader({"--dev", "v*", "--pin", "--group", "games"}),
      loader({"--dev", "va", "--pin", "--program", kVerdicts}),
      loader({"--dev", "va", "--status"}),
      loader({"--status", "--json"}),
      {XDP_STATS, "--format", "json"},
      {XDP_STATS, "--format", "prometheus"},
  };
  for (int round = 0; round < rounds(); ++round) {
    run_at_once(commands, 20);
  }
  const uint64_t sent = traffic.stop();
  uint64_t counted = 0;
  for (const auto &counter : pinned_counters("va")) {
    counted += counter.packets;
  }
  EXPECT_EQ(counted, sent);
  ::unsetenv("LIBXDP_SKIP_DISPATCHER");
  load_well({"--unload", "--all"});
  expect_nothing_left();
}

// Beginnings and ends too: none stumbles over another, and afterwards each device is counted once.
TEST_F(Storm, OfBeginningsAndEndsLeavesNothingHalfDone) {
  const VethPair other({.near = "vc", .far = "vd"});
  LiveFrames live(veth_.far());
  LiveFrames live_other(other.far());
  Traffic traffic(
      [&live] {
        live.send(101, make_frame(60));
        return 101;
      },
      std::chrono::milliseconds(1));
  const std::vector<Command> commands = {
      loader({"--dev", "va", "--pin"}),
      loader({"--dev", "va", "--dev", "vc", "--pin"}),
      loader({"--dev", "va", "--pin", "--reset"}),
      loader({"--dev", "va", "--pin", "--program", kVerdicts}),
      loader({"--dev", "va", "--unload"}),
      loader({"--dev", "vc", "--unload"}),
      loader({"--unload", "--all"}),
      loader({"--status"}),
      {XDP_STATS},
  };
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE(round);
    run_at_once(commands, 20);
  }
  traffic.stop();
  load_well({"--dev", "va", "--dev", "vc", "--pin"});
  expect_counted_once("va", live);
  expect_counted_once("vc", live_other);
  load_well({"--unload", "--all"});
  expect_nothing_left();
}

} // namespace
} // namespace xdpstats::test
