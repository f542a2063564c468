// SPDX-License-Identifier: BSD-2-Clause
// --follow under traffic while the device's programs change all the time, and while it is killed.
#include <gmock/gmock.h>

#include <csignal>
#include <random>
#include <thread>

#include "tests/kernel/follow_fixture.h"
#include "tests/support/traffic.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

constexpr size_t kFrameSize = 73;
constexpr std::chrono::milliseconds kPace{1}; // between one frame and the next

// Changes a chain with xdp-loader: it grows to three programs and shrinks to one.
class Chain {
public:
  explicit Chain(unsigned seed) : random_(seed) { load(); }

  void change() {
    if (loaded_ == 1 || (loaded_ < 3 && random_() % 2 == 0)) {
      load();
    } else {
      unload();
    }
  }

private:
  void load() {
    run_or_throw({"xdp-loader", "load", "-P", std::to_string(10 + random_() % 80), "va",
                  program_file(random_() % 2 == 0 ? "pass" : "rules")});
    loaded_++;
  }
  void unload() {
    // The outermost is listed first.
    const std::string status = run_or_throw({"xdp-loader", "status", "va"});
    const bool passes = status.find("passes") < status.find("somebody_elses");
    run_or_throw({"xdp-loader", "unload", "va", "-i",
                  std::to_string(component("va", passes ? "passes" : "somebody_elses"))});
    loaded_--;
  }

  std::mt19937 random_;
  unsigned loaded_ = 0;
};

void await_settled() {
  wait_until("the last change is followed", [] {
    return status_of("va")["state"] == "counting" &&
           status_of("va")["netdev_program_id"] == netdev("va").program_id;
  });
}

TEST_F(Follow, TwoHundredChangesUnderTraffic) {
  const VethPair veth;
  const KernelObjects before = kernel_objects();
  Chain chain(4219);
  Follower follower;
  chain.change();
  await_settled();
  const size_t descriptors = follower.descriptors();
  const auto began = std::chrono::steady_clock::now();
  Traffic traffic(
      [] {
        send_frames("vb", 1, make_frame(kFrameSize, {XDP_PASS}));
        return 1;
      },
      kPace);
  for (int i = 0; i < 200; ++i) {
    SCOPED_TRACE(i);
    ASSERT_NO_THROW(chain.change());
  }
  await_settled();
  const uint64_t sent = traffic.stop();
  const std::chrono::duration<double> lasted = std::chrono::steady_clock::now() - began;
  const Counters counted = pinned_counters("va");
  const auto status = status_of("va");
  const std::chrono::nanoseconds uncovered(status["uncovered_ns"].get<int64_t>());
  const uint64_t changes = status["changes"].get<uint64_t>();
  // Each uncovered time may begin and end just before or after a frame.
  const uint64_t allowed = static_cast<uint64_t>(uncovered / kPace) + changes;
  const uint64_t packets = counted[XDP_PASS].packets;
  std::cout << sent << " frames sent, " << packets << " counted, " << sent - packets
            << " missed in " << changes << " changes that left " << uncovered.count() / 1000000
            << " of " << lasted.count() * 1000 << " ms uncovered\n";
  EXPECT_LE(packets, sent) << "counted twice";
  EXPECT_LE(sent - packets, allowed);
  EXPECT_LT(uncovered, lasted);
  expect_counters(counted, all_passed(packets, packets * kFrameSize));

  EXPECT_EQ(follower.descriptors(), descriptors);
  follower.signal(SIGTERM);
  const Finished ended = follower.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(observers(), 1U);
  run_or_throw({"xdp-loader", "unload", "va", "--all"});
  load_well({"--dev", "va", "--unload"});
  EXPECT_EQ(left_behind(before), "");
}

TEST_F(Follow, KilledAtAnyMomentAndStartedAgain) {
  const VethPair veth;
  const KernelObjects before = kernel_objects();
  attach_by_ip("va", "rules");
  std::mt19937 random(2003); // NOLINT(cert-msc32-c,cert-msc51-cpp)
  Counters last = {};
  for (int i = 0; i < 13; ++i) {
    SCOPED_TRACE(i);
    Process follower(loader({"--dev", "va", "--pin", "--observe", "--follow"}));
    std::thread replacing([] {
      run_or_throw({"ip", "-force", "link", "set", "va", "xdpdrv", "obj", program_file("rules"),
                    "sec", "xdp.frags"});
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 700));
    follower.signal(SIGKILL);
    follower.wait();
    replacing.join();
    Follower again;
    await_settled();
    EXPECT_EQ(status_of("va")["follow"], true);
    EXPECT_EQ(observers(), 1U);
    const Counters now = pinned_counters("va");
    expect_counters(now, last);
    last = sum(now, send_passing("vb", 101));
    expect_counters(pinned_counters("va"), last);
    // Killed while nothing changes: counting goes on.
    again.signal(SIGKILL);
    again.wait();
    last = sum(last, send_passing("vb", 103));
    expect_counters(pinned_counters("va"), last);
    EXPECT_EQ(status_of("va")["follow"], false);
  }
  load_well({"--dev", "va", "--unload"});
  run_or_throw({"ip", "link", "set", "va", "xdpdrv", "off"});
  EXPECT_EQ(left_behind(before), "");
}

} // namespace
} // namespace xdpstats::test
