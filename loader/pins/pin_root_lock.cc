// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/pin_root_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/stop_signals.h"
#include "loader/pins/pin_access.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

std::string parent_of(const std::string &path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_same_file(int fd, const std::string &path) {
  struct stat by_fd = {};
  struct stat by_path = {};
  return ::fstat(fd, &by_fd) == 0 && ::stat(path.c_str(), &by_path) == 0 &&
         by_fd.st_ino == by_path.st_ino && by_fd.st_dev == by_path.st_dev;
}

bool is_link(const std::string &path) {
  struct stat status = {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

// A loader holds the lock for milliseconds. But whoever may read the directory may lock it and keep
// the lock: give up after a while, and say why.
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kPause{10};

Result<void> lock(int fd, const std::string &pin_root) {
  const std::string what = "cannot lock '" + pin_root + "'";
  for (auto tries = kPatience / kPause; ::flock(fd, LOCK_EX | LOCK_NB) != 0; --tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return os_failure(what, errno);
    }
    if (stop_is_pending()) {
      return os_failure(what + ", which another process holds", EINTR);
    }
    if (tries == 0) {
      return failure(what + ": another process has held the lock for " +
                         std::to_string(kPatience.count()) + " seconds",
                     "find it with: lslocks");
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

} // namespace

Result<PinRootLock> PinRootLock::acquire(const std::string &pin_root, bool create) {
  for (;;) {
    bool created = false;
    if (create) {
      if (::access(pin_root.c_str(), F_OK) != 0) {
        // Check before mkdir(): nothing may be created outside bpffs.
        if (auto bpffs = check_bpffs(parent_of(pin_root)); !bpffs) {
          Error error = bpffs.error();
          if (error.code == ENOENT) {
            error.hint = "only the last directory of --pin-root is created: make this one first, "
                         "in a bpffs";
          }
          return Failure(error);
        }
      }
      // Readable by all: which devices are counted is no secret. Each device's directory protects
      // its counters.
      created = ::mkdir(pin_root.c_str(), 0755) == 0;
      if (!created && errno != EEXIST) {
        return os_failure("cannot create directory '" + pin_root + "'", errno);
      }
    }
    UniqueFd fd(::open(pin_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) {
      const int error = errno;
      if (create && error == ENOENT && is_link(pin_root)) {
        return os_failure("cannot open directory '" + pin_root + "'", error,
                          "it is a symbolic link to what does not exist: remove it");
      }
      if (create && error == ENOENT) {
        continue; // another loader undid its work between our mkdir and our open
      }
      return os_failure("cannot open directory '" + pin_root + "'", error);
    }
    if (auto bpffs = check_bpffs(pin_root); !bpffs) {
      return Failure(bpffs.error());
    }
    if (auto trusted = check_pin_directory(fd.get(), pin_root); !trusted) {
      return Failure(trusted.error());
    }
    if (auto trusted = check_way_to_pin_root(pin_root, parent_of(pin_root)); !trusted) {
      if (created) {
        ::rmdir(pin_root.c_str());
      }
      return Failure(trusted.error());
    }
    if (auto locked = lock(fd.get(), pin_root); !locked) {
      if (created) {
        ::rmdir(pin_root.c_str());
      }
      return Failure(locked.error());
    }
    // The directory may have been removed by its last holder while we waited for it.
    if (is_same_file(fd.get(), pin_root)) {
      return PinRootLock(pin_root, std::move(fd), created);
    }
    if (!create) {
      return os_failure("cannot open directory '" + pin_root + "'", ENOENT);
    }
  }
}

PinRootLock::~PinRootLock() {
  if (fd_.valid() && created_) {
    ::rmdir(pin_root_.c_str()); // fails, as it should, once something is pinned there
  }
}

} // namespace xdpstats
