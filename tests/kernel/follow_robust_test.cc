// SPDX-License-Identifier: BSD-2-Clause
// --follow where things go wrong, and for long.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <thread>

#include "loader/pins/pin_root_lock.h"
#include "pinning/info_record.h"
#include "pinning/pin_path.h"
#include "tests/kernel/follow_fixture.h"
#include "tests/support/probe.h"
#include "tests/support/value_or_throw.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;

class FollowRobust : public testing::Test {
protected:
  void TearDown() override { load({"--unload", "--all"}); }
};

// User and system time of the process, in ticks.
uint64_t processor_time(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  uint64_t user = 0;
  uint64_t system = 0;
  std::string skipped;
  for (int field = 3; field < 14; ++field) {
    fields >> skipped;
  }
  fields >> user >> system;
  return user + system;
}

// In KiB.
uint64_t memory(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("RssAnon:")) {
      return std::stoull(line.substr(8));
    }
  }
  return 0;
}

// Makes and removes that many devices, some at a time.
void make_and_remove(unsigned count, unsigned at_once,
                     const std::function<void(unsigned)> &while_there) {
  for (unsigned first = 0; first < count; first += at_once) {
    for (unsigned i = first; i < first + at_once; ++i) {
      run_or_throw({"ip", "link", "add", "veth" + std::to_string(i), "type", "veth", "peer", "name",
                    "far" + std::to_string(i)});
    }
    while_there(first);
    for (unsigned i = first; i < first + at_once; ++i) {
      run_or_throw({"ip", "link", "delete", "veth" + std::to_string(i)});
    }
  }
}

size_t pinned_devices() { return value_or_throw(list_pinned_devices(kDefaultPinRoot)).size(); }

// Hundreds; the lab, which is slower by far, takes tens.
TEST_F(FollowRobust, HundredsOfDevicesLeaveNothingBehind) {
  const unsigned number = in_lab() ? 30 : 500;
  const unsigned at_once = in_lab() ? 5 : 25;
  const KernelObjects before = kernel_objects();
  Follower follower(Following{.args = {"--dev", "veth*", "--forget", "0"}, .env = {}});
  std::optional<uint64_t> early;
  const size_t descriptors = follower.descriptors();
  make_and_remove(number, at_once, [&](unsigned first) {
    ASSERT_TRUE(holds_in_time([first, at_once] {
      for (unsigned i = first; i < first + at_once; ++i) {
        const std::string name = "veth" + std::to_string(i);
        if (netdev(name).program_id == 0) {
          return false;
        }
      }
      return true;
    })) << follower.log();
    if (first == 4 * at_once) {
      early = memory(follower.pid());
    }
  });
  wait_until("all are forgotten", [] { return pinned_devices() == 0; });
  EXPECT_EQ(follower.descriptors(), descriptors);
  ASSERT_TRUE(early);
#ifndef __SANITIZE_ADDRESS__ // its allocator does not reuse freed memory at once
  EXPECT_LT(memory(follower.pid()), *early + 256) << "KiB";
#endif
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
  EXPECT_EQ(follower.errors().find("cannot"), std::string::npos) << follower.errors();
  EXPECT_EQ(left_behind(before), "");
}

TEST_F(FollowRobust, ManyObservedDevicesLeaveNothingBehind) {
  SKIP_UNLESS(can_load_tracing());
  const KernelObjects before = kernel_objects();
  Follower follower(Following{.args = {"--observe", "--dev", "veth*", "--forget", "0"}, .env = {}});
  const size_t descriptors = follower.descriptors();
  make_and_remove(10, 5, [&](unsigned first) {
    for (unsigned i = first; i < first + 5; ++i) {
      attach_by_ip("veth" + std::to_string(i), "rules");
    }
    wait_until("all are counted", [first] {
      for (unsigned i = first; i < first + 5; ++i) {
        const std::string name = "veth" + std::to_string(i);
        const auto map = InfoMap::open(PinPath(kDefaultPinRoot, name).info_map);
        const auto info = map ? map->read() : Failure(map.error());
        if (!info || info->counted_program_id == 0) {
          return false;
        }
      }
      return true;
    });
  });
  wait_until("all are forgotten", [] { return pinned_devices() == 0; });
  EXPECT_EQ(follower.descriptors(), descriptors);
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
  EXPECT_EQ(left_behind(before), "");
}

// While another loader is at work the follower lives on: it pats the watchdog, and ends when it is
// told to.
TEST_F(FollowRobust, AHeldLockHoldsItUpNowhere) {
  const VethPair veth;
  Follower follower(Following{.args = {"--dev", "va*"}, .env = {"WATCHDOG_USEC=500000"}});
  follower.await("va: counting (builtin");
  auto held = std::make_optional(value_or_throw(PinRootLock::acquire(kDefaultPinRoot, false)));
  run_or_throw({"ip", "link", "set", "va", "xdp", "off"});
  const VethPair another({.near = "va2", .far = "vb2"});
  follower.service_manager().hear("WATCHDOG=1");
  follower.service_manager().hear("WATCHDOG=1");
  follower.service_manager().hear("WATCHDOG=1");
  follower.signal(SIGTERM);
  const auto begin = std::chrono::steady_clock::now();
  const Finished ended = follower.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(in_lab() ? 20 : 6));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot lock '/sys/fs/bpf/xdp_stats': another process has held "
                                   "the lock for 2 seconds; counting goes on, but the records "
                                   "still say that it is followed\n"));
}

TEST_F(FollowRobust, WhatWasHeldUpIsDoneLater) {
  const VethPair veth;
  Follower follower(Following{.args = {"--dev", "va*"}, .env = {}});
  follower.await("va: counting (builtin");
  auto held = std::make_optional(value_or_throw(PinRootLock::acquire(kDefaultPinRoot, false)));
  run_or_throw({"ip", "link", "set", "va", "xdp", "off"});
  const VethPair another({.near = "va2", .far = "vb2"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_EQ(follower.log().find("va: stopped"), std::string::npos);
  held.reset();
  wait_until("both are dealt with", [&follower] {
    const std::string log = follower.log();
    return log.find("va: stopped: its XDP program was detached") != std::string::npos &&
           log.find("va2: counting (builtin") != std::string::npos;
  });
}

TEST_F(FollowRobust, IgnoredSigchldDoesNotMakeItSpin) {
  const VethPair veth;
  Follower follower(Following{.args = {"--dev", "va"},
                              .env = {},
                              .before = {"sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"}});
  follower.await("va: counting (builtin");
  const uint64_t before = processor_time(follower.pid());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const auto used = processor_time(follower.pid()) - before;
  EXPECT_LT(used * 4, static_cast<uint64_t>(2 * ::sysconf(_SC_CLK_TCK))) << "a quarter of a CPU";
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait().status, 0);
}

// Each failure is told once, and what fails is tried less and less often.
TEST_F(FollowRobust, DevicesThatFailDifferentlyDoNotFloodTheLog) {
  const VethPair veth;
  const VethPair other({.near = "vc", .far = "vd"});
  run_or_throw({"mkdir", "-p", std::string(kDefaultPinRoot) + "/va"});
  run_or_throw({"mkdir", "-p", std::string(kDefaultPinRoot) + "/vc"});
  const std::string wrong = PinPath(kDefaultPinRoot, "va").stats_map;
  run_or_throw({"bpftool", "map", "create", wrong, "type", "hash", "key", "4", "value", "16",
                "entries", "5", "name", "wrong"});
  const std::string foreign = PinPath(kDefaultPinRoot, "vc").stats_map;
  run_or_throw({"bpftool", "map", "create", foreign, "type", "array", "key", "4", "value", "8",
                "entries", "5", "name", "wrong"});
  Follower follower(Following{.args = {"--dev", "v[ac]"}, .env = {}});
  follower.await_error(wrong);
  follower.await_error(foreign);
  std::this_thread::sleep_for(std::chrono::seconds(4));
  const std::string errors = follower.errors();
  EXPECT_EQ(errors.find(wrong), errors.rfind(wrong)) << errors;
  EXPECT_EQ(errors.find(foreign), errors.rfind(foreign)) << errors;
  // It is not given up.
  std::filesystem::remove(wrong);
  follower.await("va: counting (builtin");
  std::filesystem::remove(foreign);
  follower.await("vc: counting (builtin");
}

} // namespace
} // namespace xdpstats::test
