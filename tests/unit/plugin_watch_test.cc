// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/watch.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

namespace xdpstats {
namespace {

const Error kNoPin = {"none are pinned below '/r'", "pin them", ENOENT};
const Error kDenied = {"cannot open '/r/eth0/xdp_stats_map': Permission denied", "", EACCES};
const Error kWrongMap = {"'/r/eth0/xdp_stats_map' is not a BPF map", "", 0};

const CountingVerdict kCounts = {CountingState::kCounting, ""};
const CountingVerdict kStops = {CountingState::kStopped, "the device has no XDP program"};
const CountingVerdict kGoesStale = {CountingState::kStale, "another program"};
const CountingVerdict kElsewhere = {CountingState::kUnknown, "in another network namespace"};

// Returns what one call reports, as "K message" lines: i(nfo), w(arning), A(larm), C(lear).
class PluginWatch : public testing::Test {
protected:
  std::string reads() {
    return said([this](Events &e) { watch.on_reading(e); });
  }
  std::string fails(const Error &error) {
    return said([&](Events &e) { watch.on_failure(error, e); });
  }
  std::string judged(const CountingVerdict &verdict) {
    now += Watch::kGrace; // as long as a problem must last: a second look is enough
    return said([&](Events &e) { watch.on_verdict(verdict, now, e); });
  }
  void expect_by_name() { watch = Watch("eth0", "it", true); }

  Watch watch{"eth0", "it", false};
  Watch::Clock::time_point now;

private:
  static std::string said(const std::function<void(Events &)> &call) {
    Events events;
    call(events);
    std::string text;
    for (const auto &event : events) {
      EXPECT_EQ(event.instance, "eth0");
      text += std::string(1, "iwAC"[static_cast<int>(event.kind)]) + " " + event.message + "\n";
    }
    return text;
  }
};

TEST_F(PluginWatch, WellIsNotWorthAWord) {
  EXPECT_EQ(reads(), "");
  EXPECT_EQ(judged(kCounts), "");
  EXPECT_EQ(reads(), "");
  EXPECT_EQ(judged(kCounts), "");
}

TEST_F(PluginWatch, ADirectoryNotFilledYetIsNotWorthAWord) {
  EXPECT_EQ(fails(kNoPin), "");
  EXPECT_TRUE(watch.untouched());
  EXPECT_EQ(reads(), "");
}

TEST_F(PluginWatch, AnExpectedPinIsMissedOnceAndItsComingToldOnce) {
  expect_by_name();
  EXPECT_EQ(fails(kNoPin), "w it cannot be read: none are pinned below '/r' (hint: pin them)\n");
  EXPECT_EQ(fails(kNoPin), "");
  EXPECT_TRUE(watch.missing());
  EXPECT_EQ(reads(), "i it can be read again\n");
  EXPECT_EQ(reads(), "");
}

TEST_F(PluginWatch, ALostPinRaisesOneAlarmAndIsClearedOnce) {
  EXPECT_EQ(reads(), "");
  EXPECT_EQ(fails(kNoPin),
            "A it can no longer be read: none are pinned below '/r' (hint: pin them)\n");
  EXPECT_EQ(fails(kNoPin), "");
  EXPECT_EQ(reads(), "C it can be read again\n");
  EXPECT_EQ(reads(), "");
  EXPECT_EQ(fails(kNoPin),
            "A it can no longer be read: none are pinned below '/r' (hint: pin them)\n");
}

TEST_F(PluginWatch, EachNewReasonIsToldOnceAndOneAlarmIsEnough) {
  EXPECT_EQ(reads(), "");
  EXPECT_EQ(fails(kDenied), "A it can no longer be read: " + kDenied.message + "\n");
  EXPECT_EQ(fails(kDenied), "");
  EXPECT_EQ(fails(kWrongMap), "w it cannot be read: " + kWrongMap.message + "\n");
  EXPECT_EQ(fails(kWrongMap), "");
  EXPECT_EQ(fails(kNoPin), "w it cannot be read: none are pinned below '/r' (hint: pin them)\n");
  EXPECT_EQ(reads(), "C it can be read again\n");
}

TEST_F(PluginWatch, WhatWasNeverReadableIsForTheLogAlone) {
  EXPECT_EQ(fails(kDenied), "w it cannot be read: " + kDenied.message + "\n");
  EXPECT_EQ(fails(kDenied), "");
  EXPECT_EQ(reads(), "i it can be read again\n");
}

TEST_F(PluginWatch, BadNewsMustBeConfirmedAndIsToldOnce) {
  for (const auto &bad : {kStops, kGoesStale}) {
    EXPECT_EQ(judged(kCounts), "");
    EXPECT_EQ(judged(bad), "");
    EXPECT_EQ(judged(kCounts), "");
    EXPECT_EQ(judged(bad), "");
    EXPECT_EQ(judged(bad),
              std::string("A it are ") + state_name(bad.state) + ": " + bad.reason + "\n");
    EXPECT_EQ(judged(bad), "");
    EXPECT_EQ(judged(kCounts), "C it count again\n");
    EXPECT_EQ(judged(kCounts), "");
  }
}

// Even with the shortest interval, the time between the loader's pinning and its recording raises
// no alarm.
TEST_F(PluginWatch, BadNewsMustLast) {
  const auto start = now + std::chrono::hours(1);
  const auto says_at = [&](std::chrono::milliseconds after, const CountingVerdict &verdict) {
    Events events;
    watch.on_verdict(verdict, start + after, events);
    return events.size();
  };
  const auto grace = std::chrono::milliseconds(Watch::kGrace);
  const std::chrono::milliseconds step(100);
  for (auto after = std::chrono::milliseconds(0); after < grace; after += step) {
    EXPECT_EQ(says_at(after, kStops), 0u) << after.count();
  }
  EXPECT_EQ(says_at(grace - step, kGoesStale), 0u); // another problem: its time starts anew
  EXPECT_EQ(says_at(grace, kGoesStale), 0u);
  EXPECT_EQ(says_at(2 * grace - step, kGoesStale), 1u);
}

TEST_F(PluginWatch, FromStoppedToStaleIsAnotherAlarmAndOneClear) {
  EXPECT_EQ(judged(kStops) + judged(kStops), "A it are stopped: the device has no XDP program\n");
  EXPECT_EQ(judged(kGoesStale) + judged(kGoesStale), "A it are stale: another program\n");
  EXPECT_EQ(judged(kCounts), "C it count again\n");
}

TEST_F(PluginWatch, ADeviceOfAnotherNamespaceIsALineInTheLog) {
  EXPECT_EQ(judged(kElsewhere), "");
  EXPECT_EQ(judged(kElsewhere), "i it: cannot tell who counts: in another network namespace\n");
  EXPECT_EQ(judged(kElsewhere), "");
  EXPECT_EQ(judged(kCounts), "i it count again\n");
}

TEST_F(PluginWatch, AnAlarmStaysRaisedWhileTheDeviceIsElsewhere) {
  EXPECT_EQ(judged(kStops) + judged(kStops), "A it are stopped: the device has no XDP program\n");
  EXPECT_EQ(judged(kElsewhere) + judged(kElsewhere),
            "i it: cannot tell who counts: in another network namespace\n");
  EXPECT_EQ(judged(kCounts), "C it count again\n");
}

TEST_F(PluginWatch, UnloadingAStoppedDeviceEndsInOneClear) {
  EXPECT_EQ(reads(), "");
  EXPECT_EQ(judged(kStops) + judged(kStops), "A it are stopped: the device has no XDP program\n");
  EXPECT_EQ(fails(kNoPin),
            "A it can no longer be read: none are pinned below '/r' (hint: pin them)\n");
  EXPECT_EQ(reads(), "C it can be read again\n");
  EXPECT_EQ(judged(kCounts), "");
}

} // namespace
} // namespace xdpstats
