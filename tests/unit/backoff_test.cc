// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/backoff.h"

#include <gtest/gtest.h>

namespace xdpstats {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

TEST(Backoff, TriesLessAndLessOften) {
  Backoff backoff;
  EXPECT_TRUE(backoff.is_due(0));
  EXPECT_FALSE(backoff.has_failed());
  uint64_t now = 7 * kSecond;
  EXPECT_TRUE(backoff.failed("no", now));
  EXPECT_TRUE(backoff.has_failed());
  EXPECT_FALSE(backoff.is_due(now + kSecond / 10 - 1));
  EXPECT_TRUE(backoff.is_due(now + kSecond / 10));
  int tries = 1;
  for (const uint64_t end = now + 600 * kSecond; now < end; now += kSecond / 10) {
    if (backoff.is_due(now)) {
      EXPECT_FALSE(backoff.failed("no", now)) << "told already";
      ++tries;
    }
  }
  // 0.1 + 0.2 + … + 51.2 s = 102.3 s, then one each minute.
  EXPECT_EQ(tries, 19);
}

// Two failures that take turns.
TEST(Backoff, TellsOfAnotherFailureButNotEachTime) {
  Backoff backoff;
  int told = 0;
  int tries = 0;
  for (uint64_t now = kSecond; now < 3601 * kSecond; now += kSecond / 10) {
    if (backoff.is_due(now)) {
      told += backoff.failed(++tries % 2 == 0 ? "this" : "that", now) ? 1 : 0;
    }
  }
  EXPECT_GT(told, 1);
  EXPECT_LE(told, tries);
  EXPECT_LE(tries, 70);
}

TEST(Backoff, RemembersOverAShortSuccess) {
  Backoff backoff;
  EXPECT_TRUE(backoff.failed("no", kSecond));
  backoff.succeeded(2 * kSecond);
  EXPECT_TRUE(backoff.is_due(2 * kSecond));
  EXPECT_FALSE(backoff.failed("no", 3 * kSecond));
  backoff.succeeded(90 * kSecond);
  EXPECT_FALSE(backoff.has_failed());
  EXPECT_TRUE(backoff.failed("no", 91 * kSecond));
}

} // namespace
} // namespace xdpstats
