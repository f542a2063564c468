// SPDX-License-Identifier: BSD-2-Clause
// Loaders that run at once, that are killed, and whose device vanishes.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>

#include "pinning/pin_path.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/stalled.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

class Concurrent : public LoaderTest {
protected:
  static std::vector<std::unique_ptr<Process>> start(const std::vector<Command> &commands) {
    std::vector<std::unique_ptr<Process>> processes;
    for (const auto &command : commands) {
      processes.push_back(std::make_unique<Process>(loader(command)));
    }
    return processes;
  }
};

TEST_F(Concurrent, LoadersOfOneDeviceAttachOneProgram) {
  int attached = 0;
  for (const auto &process : start(std::vector<Command>(8, {"--dev", "va", "--pin"}))) {
    const Finished finished = process->wait();
    EXPECT_EQ(finished.status, 0) << finished.err;
    attached += finished.out.starts_with("va: counting (") ? 1 : 0;
    EXPECT_THAT(finished.out, AnyOf(StartsWith("va: counting ("), HasSubstr("already counting")));
  }
  EXPECT_EQ(attached, 1);
  LiveFrames(veth_.far()).send(1009, make_frame(60));
  expect_counters(pinned_counters("va"), all_passed(1009, 1009 * 60));
  load_well({"--dev", "va", "--unload"});
  expect_nothing_left();
}

TEST_F(Concurrent, LoadersOfManyDevicesDoNotHarmEachOther) {
  std::vector<std::unique_ptr<VethPair>> pairs;
  std::vector<Command> commands;
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i);
    pairs.push_back(
        std::make_unique<VethPair>(VethOptions{.near = "vn" + number, .far = "vf" + number}));
    commands.insert(commands.end(), 2, {"--dev", "vn" + number, "--pin"});
  }
  for (const auto &process : start(commands)) {
    const Finished finished = process->wait();
    EXPECT_EQ(finished.status, 0) << finished.err;
  }
  uint64_t count = 1009;
  for (const auto &pair : pairs) {
    LiveFrames(pair->far()).send(count, make_frame(60));
    EXPECT_EQ(pinned_counters(pair->near())[XDP_PASS].packets, count++);
  }
  for (Command &command : commands) {
    command.back() = "--unload";
  }
  for (const auto &process : start(commands)) {
    EXPECT_EQ(process->wait().status, 0);
  }
  expect_nothing_left();
}

// Whenever the loader is killed, the next run repairs everything. The seed is fixed, but the
// moments are not.
TEST_F(Concurrent, AKilledLoaderIsRepairedByTheNextRun) {
  const auto begin = std::chrono::steady_clock::now();
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", "va", "--unload"});
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  std::mt19937 random(4217); // NOLINT(cert-msc32-c,cert-msc51-cpp)
  std::uniform_int_distribution<int64_t> instant(0, whole.count());
  LiveFrames live(veth_.far());
  int killed = 0;
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE(round);
    Command command = {"--dev", "va", "--pin"};
    if (round % 4 == 1) {
      command = {"--dev", "va", "--pin", "--reset"};
    } else if (round % 4 == 2) {
      command = {"--dev", "va", "--pin", "--program", kVerdicts};
    } else if (round % 4 == 3) {
      command = {"--dev", "va", "--unload"};
    }
    Process process(loader(command));
    std::this_thread::sleep_for(std::chrono::microseconds(instant(random)));
    process.signal(SIGKILL);
    killed += process.wait().status == 128 + SIGKILL ? 1 : 0;

    load_well({"--dev", "va", "--pin"});
    const uint64_t before = pinned_counters("va")[XDP_PASS].packets;
    live.send(1009, make_frame(60));
    EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets - before, 1009U) << "once each";
    EXPECT_THAT(load_well({"--status", "--dev", "va"}), StartsWith("va: counting\n"));
  }
  EXPECT_GT(killed, 0) << "every loader had ended before it was killed";
  load_well({"--dev", "va", "--unload"});
  expect_nothing_left();
}

// What a loader leaves if it is killed while libxdp pins or unpins its dispatcher.
TEST_F(Concurrent, WhatAKilledLoaderLeftOfADispatcherIsRemoved) {
  SKIP_UNLESS(can_load_extension());
  const std::vector<std::pair<const char *, std::vector<std::string>>> cases = {
      {"--pin", {}},
      {"--pin", {"prog0-link"}},
      {"--pin", {"prog0-prog"}},
      {"--pin", {"prog0-link", "prog0-prog"}},
      {"--unload", {}}};
  for (const auto &[repair, unpinned] : cases) {
    SCOPED_TRACE(testing::PrintToString(unpinned) + repair);
    load_well({"--dev", "va", "--pin"});
    const auto left = dispatcher_pins("va");
    const uint32_t program = pinned_info("va").counted_program_id;
    run_or_throw({"ip", "link", "set", "va", "xdp", "off"});
    for (const auto &name : unpinned) {
      ASSERT_TRUE(std::filesystem::remove(left / name));
    }
    ASSERT_TRUE(std::filesystem::exists(left));
    load_well({"--dev", "va", repair});
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_TRUE(program_is_gone(program));
    load_well({"--dev", "va", "--unload"});
    expect_nothing_left();
  }
}

// A dispatcher that is pinned but not attached here: it may be attached a moment later, or in
// another network namespace. It is not ours to remove.
TEST_F(Concurrent, DispatchersOfOthersAreLeftAlone) {
  SKIP_UNLESS(can_load_extension());
  const VethPair other({.near = "vo", .far = "vp"});
  load_well({"--dev", "vo", "--pin"});
  const auto left = dispatcher_pins("vo");
  run_or_throw({"ip", "link", "set", "vo", "xdp", "off"});
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", "va", "--unload"});
  EXPECT_TRUE(std::filesystem::exists(left / "prog0-prog"));
  EXPECT_TRUE(std::filesystem::exists(left / "prog0-link"));
  load_well({"--dev", "vo", "--unload"});
  expect_nothing_left();
}

TEST_F(Concurrent, ADeviceMayVanishWhileItIsAttached) {
  std::mt19937 random(4219); // NOLINT(cert-msc32-c,cert-msc51-cpp)
  std::uniform_int_distribution<int> instant(0, 20'000);
  for (int round = 0; round < 15; ++round) {
    SCOPED_TRACE(round);
    const VethPair pair({.near = "vx", .far = "vy"});
    Process process(loader({"--dev", "vx", "--pin"}));
    std::this_thread::sleep_for(std::chrono::microseconds(instant(random)));
    run_or_throw({"ip", "link", "delete", "vx"});
    const Finished finished = process.wait();
    if (finished.status == 0) {
      EXPECT_THAT(finished.out, StartsWith("vx: counting ("));
    } else {
      EXPECT_EQ(finished.status, 1);
      EXPECT_EQ(finished.out, "");
      EXPECT_THAT(finished.err, AllOf(StartsWith("xdp-stats-load: cannot "), HasSubstr("'vx'")));
    }
    // A device that was removed after it was attached leaves its counters for its return.
    const Finished unloaded = load({"--dev", "vx", "--unload"});
    EXPECT_EQ(unloaded.status, finished.status == 0 ? 0 : 1) << unloaded.out << unloaded.err;
    expect_nothing_left();
  }
}

// What was begun is finished; only the telling is given up.
TEST_F(Concurrent, EndsBySignalWhileNobodyReadsWhatItSays) {
  for (const int signal : {SIGINT, SIGTERM}) {
    StalledProcess process(loader({"--dev", "va", "--pin", "--verbose"}));
    process.wait_until_stalled();
    EXPECT_EQ(process.end_by(signal), 1);
    EXPECT_THAT(load_well({"--status"}), StartsWith("va: counting\n"));
    load_well({"--dev", "va", "--unload"});
  }
}

} // namespace
} // namespace xdpstats::test
