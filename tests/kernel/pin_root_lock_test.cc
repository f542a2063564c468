// SPDX-License-Identifier: BSD-2-Clause
// A lock that somebody else holds for long.
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "base/stop_signals.h"
#include "loader/pins/pin_root_lock.h"
#include "pinning/pin_path.h"

namespace {

int g_refusals = 0;     // how often flock says that somebody else has the lock
int g_seconds = 0;      // the time slept in between
long g_fraction = 0;    // in ns
bool g_blocked = false; // it was asked to wait without a limit

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the names that --wrap makes
extern "C" {
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation) {
  if (g_refusals == 0) {
    return __real_flock(fd, operation);
  }
  g_blocked = g_blocked || (operation & LOCK_NB) == 0;
  --g_refusals;
  errno = (operation & LOCK_NB) != 0 ? EWOULDBLOCK : EINTR;
  return -1;
}
int __wrap_nanosleep(const timespec *time, timespec *) {
  g_fraction += time->tv_nsec;
  g_seconds += static_cast<int>(time->tv_sec + g_fraction / 1'000'000'000);
  g_fraction %= 1'000'000'000;
  return 0;
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace xdpstats {
namespace {

constexpr char kRoot[] = "/sys/fs/bpf/locked";

class PinRootLockTest : public testing::Test {
protected:
  PinRootLockTest() {
    g_refusals = 0;
    g_seconds = 0;
    g_fraction = 0;
    g_blocked = false;
  }
  ~PinRootLockTest() override {
    ::rmdir(lock_directory(kRoot).c_str());
    ::rmdir(kRoot);
  }
};

TEST_F(PinRootLockTest, WaitsForAnotherLoader) {
  g_refusals = 500;
  EXPECT_TRUE(PinRootLock::acquire(kRoot, true));
  EXPECT_EQ(g_refusals, 0);
  EXPECT_FALSE(g_blocked);
  EXPECT_NE(::access(kRoot, F_OK), 0) << "what was created is removed again";
}

TEST_F(PinRootLockTest, GivesUpOnOneThatIsNeverReleased) {
  g_refusals = 1'000'000;
  const auto lock = PinRootLock::acquire(kRoot, true);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().message,
            "cannot lock '/sys/fs/bpf/locked': another process has held the lock for 30 seconds");
  EXPECT_EQ(lock.error().hint, "find it with: lslocks");
  EXPECT_EQ(g_seconds, 30);
  EXPECT_EQ(::access(lock_directory(kRoot).c_str(), F_OK), 0) << "another process holds it";
}

TEST_F(PinRootLockTest, WaitsNoLongerThanUntilItIsToldToEnd) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  block_stop_signals();
  g_refusals = 1'000'000;
  ASSERT_EQ(::raise(SIGTERM), 0);
  const auto lock = PinRootLock::acquire(kRoot, true);
  const sigset_t waited = stop_signals();
  const timespec now = {};
  EXPECT_EQ(::sigtimedwait(&waited, nullptr, &now), SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().message, "cannot lock '/sys/fs/bpf/locked', which another process holds: "
                                  "Interrupted system call");
  EXPECT_EQ(g_seconds, 0);
  EXPECT_EQ(::access(lock_directory(kRoot).c_str(), F_OK), 0) << "another process holds it";
}

} // namespace
} // namespace xdpstats
