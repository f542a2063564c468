// SPDX-License-Identifier: BSD-2-Clause
#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace xdpstats {
namespace {

int open_something() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, OwnsNothingAtFirst) {
  const UniqueFd fd;
  EXPECT_FALSE(fd.valid());
  EXPECT_LT(fd.get(), 0);
}

TEST(UniqueFd, ClosesAtItsEnd) {
  const int number = open_something();
  {
    const UniqueFd fd(number);
    EXPECT_TRUE(fd.valid());
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, MovingPassesTheDescriptorOn) {
  const int number = open_something();
  UniqueFd first(number);
  UniqueFd second(std::move(first));
  EXPECT_FALSE(first.valid()); // NOLINT(bugprone-use-after-move): what is asserted
  EXPECT_EQ(second.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, AssigningClosesWhatItHeld) {
  const int old_number = open_something();
  const int new_number = open_something();
  UniqueFd fd(old_number);
  fd = UniqueFd(new_number);
  EXPECT_FALSE(is_open(old_number));
  EXPECT_TRUE(is_open(new_number));
  EXPECT_EQ(fd.get(), new_number);
}

TEST(UniqueFd, AssigningToItselfKeepsTheDescriptor) {
  const int number = open_something();
  UniqueFd fd(number);
  UniqueFd &same = fd;
  fd = std::move(same);
  EXPECT_EQ(fd.get(), number);
  EXPECT_TRUE(is_open(number));
}

} // namespace
} // namespace xdpstats
