// SPDX-License-Identifier: BSD-2-Clause
// Counting goes on whatever happens to the agent, and the agent goes on with any interval.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <thread>

#include "tests/agent/agent.h"
#include "tests/support/files.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/traffic.h"
#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

TEST(Survival, KilledAndRestartedUnderTrafficLosesNothing) {
  const VethPair pair;
  load_well({"--dev", "va", "--pin"});
  LiveFrames live("vb");
  Traffic traffic(
      [&live] {
        live.send(997, make_frame(60));
        return 997;
      },
      std::chrono::milliseconds(3));
  Agent agent;
  uint64_t before = 0;
  for (int round = 0; round < 3; ++round) {
    agent.start();
    const uint64_t passed = agent.newest("va")[XDP_PASS].packets;
    EXPECT_GT(passed, before);
    before = passed;
    agent.kill();
    load_well({"--dev", "va", "--pin"}); // reports that the device is counted already
  }
  agent.start();
  (void)agent.newest("va");
  const uint64_t sent = traffic.stop();
  const Counters counters = agent.newest("va");
  EXPECT_EQ(counters[XDP_PASS].packets, sent);
  EXPECT_EQ(counters[XDP_PASS].bytes, sent * 60);
}

// What a leak in reading would grow: maps, sockets, directories. The files that collectd's CSV
// writer opens and closes all the time are left out.
size_t descriptors_of_reading(pid_t pid) {
  size_t count = 0;
  for (const auto &entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code closed; // meanwhile
    const std::filesystem::path target = std::filesystem::read_symlink(entry.path(), closed);
    const bool csv = std::filesystem::is_regular_file(target, closed);
    count += closed || csv ? 0 : 1;
  }
  return count;
}

size_t resident_kib(pid_t pid) {
  std::istringstream status(read_file("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) {
      return std::stoul(line.substr(6));
    }
  }
  throw std::runtime_error("collectd has no VmRSS");
}

// In a real collectd, as fast as possible: three devices that are counted, one whose counting
// stopped, and a map that is missing. The queue of values to write is kept short, as it grows
// whenever something else on the machine delays the writing. A value that found no place has no
// row, so there are at least as many cycles as rows. PluginInKernel compares the allocations of the
// plugin exactly.
TEST(Survival, TenThousandReadCyclesLeaveMemoryAndDescriptorsFlat) {
  const VethPair first;
  const VethPair second({.near = "vc", .far = "vd"});
  load_well({"--dev", "va", "--dev", "vb", "--dev", "vc", "--dev", "vd", "--pin"});
  run_or_throw({"ip", "link", "set", "dev", "vd", "xdp", "off"});
  Agent agent({.interval = "0.001",
               .plugin_options = "  <Map \"m\">\n    Path \"/sys/fs/bpf/none\"\n  </Map>",
               .daemon_options = "WriteQueueLimitHigh 101\nWriteQueueLimitLow 101\n"});
  agent.start();
  // From then on, what has not changed for a second stays open.
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const auto cycles = [&agent] { return agent.rows("va", "if_rx_packets-pass").size(); };
  const auto wait_for_cycles = [&cycles](size_t number) {
    wait_until("collectd has read " + std::to_string(number) + " times",
               [&] { return cycles() >= number; });
  };
  // What a cycle opens for a moment is not there in the lowest of many counts.
  const auto lowest = [&agent](const auto &measure) {
    size_t least = measure(agent.pid());
    for (int look = 0; look < 200; ++look) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      least = std::min(least, measure(agent.pid()));
    }
    return least;
  };
  // The emulated machine of the lab would need minutes; ten thousand cycles matter only here.
  wait_for_cycles(in_lab() ? 211 : 2003);
  const size_t early_descriptors = lowest(descriptors_of_reading);
  [[maybe_unused]] const size_t early_kib = lowest(resident_kib);
  wait_for_cycles(in_lab() ? 1213 : 12037);
  // What has leaked never goes away again.
  wait_until("collectd holds " + std::to_string(early_descriptors) + " descriptors again",
             [&] { return descriptors_of_reading(agent.pid()) <= early_descriptors; });
#ifndef __SANITIZE_ADDRESS__ // its allocator does not reuse freed memory at once
  EXPECT_LE(lowest(resident_kib), early_kib + 320); // 32 bytes a cycle
#endif
  wait_until("both are told", [&] { return agent.log("xdp_stats plugin").size() >= 2; });
  EXPECT_EQ(agent.log("xdp_stats plugin").size(), 2u);
}

} // namespace
} // namespace xdpstats::test
