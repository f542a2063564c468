// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/follower_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace xdpstats {
namespace {

// is_followed() takes the lock for a moment. That must not look like a follower.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kPause{10};

UniqueFd open_directory(const PinPath &path) {
  return UniqueFd(::open(path.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

} // namespace

Result<FollowerLock> FollowerLock::acquire(const PinPath &path) {
  UniqueFd directory = open_directory(path);
  if (!directory.valid()) {
    return os_failure("cannot open directory '" + path.directory + "'", errno);
  }
  for (int tries = 0; ::flock(directory.get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK || tries == kTries) {
      return os_failure("cannot lock '" + path.directory + "'", errno);
    }
    std::this_thread::sleep_for(kPause);
  }
  return FollowerLock(std::move(directory));
}

bool FollowerLock::holds(const PinPath &path) const {
  struct stat locked = {};
  struct stat present = {};
  return ::fstat(directory_.get(), &locked) == 0 && ::stat(path.directory.c_str(), &present) == 0 &&
         locked.st_ino == present.st_ino && locked.st_dev == present.st_dev;
}

std::optional<bool> is_followed(const PinPath &path) {
  const UniqueFd directory = open_directory(path);
  if (!directory.valid()) {
    return std::nullopt;
  }
  return ::flock(directory.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

} // namespace xdpstats
