// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/follower_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "loader/pins/lock_directory.h"

namespace xdpstats {
namespace {

// is_followed() takes the lock for a moment. That must not look like a follower.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kPause{10};

Result<ino_t> inode_of(const std::string &directory) {
  struct stat status = {};
  return ::stat(directory.c_str(), &status) == 0
             ? Result<ino_t>(status.st_ino)
             : Failure(os_failure("cannot look up '" + directory + "'", errno));
}

} // namespace

Result<FollowerLock> FollowerLock::acquire(const PinPath &path) {
  for (int tries = 0;;) {
    const auto device = inode_of(path.directory);
    if (!device) {
      return Failure(device.error());
    }
    const std::string lock = follower_lock_directory(path.root, *device);
    auto fd = open_lock_directory(lock);
    if (!fd) {
      return Failure(fd.error());
    }
    if (::flock(fd->get(), LOCK_EX | LOCK_NB) == 0) {
      // Its last holder may have removed it before we locked it.
      if (is_same_file(fd->get(), lock)) {
        return FollowerLock(*device, lock, std::move(*fd));
      }
    } else if (errno != EWOULDBLOCK || ++tries > kTries) {
      return os_failure("cannot lock '" + path.directory + "'", errno);
    } else {
      std::this_thread::sleep_for(kPause);
    }
  }
}

FollowerLock::~FollowerLock() {
  if (fd_.valid()) {
    ::rmdir(lock_.c_str());
  }
}

bool FollowerLock::holds(const PinPath &path) const {
  const auto device = inode_of(path.directory);
  return device && *device == device_ && is_same_file(fd_.get(), lock_);
}

std::optional<bool> is_followed(const PinPath &path) {
  const auto device = inode_of(path.directory);
  if (!device) {
    return device.error().code == ENOENT ? std::optional(false) : std::nullopt;
  }
  const std::string lock = follower_lock_directory(path.root, *device);
  const UniqueFd fd(::open(lock.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return errno == ENOENT ? std::optional(false) : std::nullopt;
  }
  return ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

} // namespace xdpstats
