// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/pin_root_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/stop_signals.h"
#include "loader/pins/lock_directory.h"
#include "loader/pins/old_follower.h"
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

bool is_link(const std::string &path) {
  struct stat status = {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

constexpr std::chrono::milliseconds kPause{10};

Result<void> lock(int fd, const std::string &pin_root, std::chrono::milliseconds patience) {
  const std::string what = "cannot lock '" + pin_root + "'";
  for (auto tries = patience / kPause; ::flock(fd, LOCK_EX | LOCK_NB) != 0; --tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return os_failure(what, errno);
    }
    if (stop_is_pending()) {
      return os_failure(what + ", which another process holds", EINTR);
    }
    if (tries == 0) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
      return Failure(Error{what + ": another process has held the lock for " +
                               std::to_string(seconds.count()) + " seconds",
                           "find it with: lslocks", EWOULDBLOCK});
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

// The lock, if nobody has it.
UniqueFd lock_at_once(const std::string &locks) {
  UniqueFd fd(::open(locks.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool ours =
      fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && is_same_file(fd.get(), locks);
  return ours ? std::move(fd) : UniqueFd();
}

// Our pins, or those of a stranger; the locks do not count.
bool is_empty(const std::string &pin_root, std::string_view except) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(pin_root, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename() != except) {
      return false;
    }
  }
  return !error;
}

// Makes the pin root; false if it is there already.
Result<bool> create_root(const std::string &pin_root) {
  if (::access(pin_root.c_str(), F_OK) != 0) {
    // Check before mkdir(): nothing may be created outside bpffs.
    if (auto bpffs = check_bpffs(parent_of(pin_root)); !bpffs) {
      Error error = bpffs.error();
      if (error.code == ENOENT) {
        error.hint = "only the last directory of --pin-root is created: make this one first, in a "
                     "bpffs";
      }
      return Failure(error);
    }
  }
  // Readable by all: which devices are counted is no secret. Each device's directory protects its
  // counters.
  if (::mkdir(pin_root.c_str(), 0755) == 0) {
    return true;
  }
  return errno == EEXIST ? Result<bool>(false)
                         : Failure(os_failure("cannot create directory '" + pin_root + "'", errno));
}

Result<void> check_root(int fd, const std::string &pin_root) {
  auto checked = check_bpffs(pin_root);
  if (checked) {
    checked = check_pin_directory(fd, pin_root);
  }
  return checked ? check_way_to_pin_root(pin_root, parent_of(pin_root)) : checked;
}

} // namespace

Result<PinRootLock> PinRootLock::acquire(const std::string &pin_root, bool create,
                                         std::chrono::milliseconds patience) {
  for (;;) {
    PinRootLock held(pin_root);
    if (create) {
      const auto created = create_root(pin_root);
      if (!created) {
        return Failure(created.error());
      }
      held.created_ = *created;
    }
    const UniqueFd root(::open(pin_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root.valid()) {
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
    if (auto checked = check_root(root.get(), pin_root); !checked) {
      return Failure(checked.error());
    }
    auto locks = open_lock_directory(lock_directory(pin_root));
    if (!locks && locks.error().code != ENOENT) {
      return Failure(locks.error());
    }
    if (locks) {
      if (auto locked = lock(locks->get(), pin_root, patience); !locked) {
        return Failure(locked.error());
      }
      // Its last holder may have removed it while we waited.
      if (is_same_file(locks->get(), lock_directory(pin_root))) {
        held.locks_ = std::move(*locks);
        auto alone = check_old_followers(pin_root);
        return alone ? Result<PinRootLock>(std::move(held)) : Failure(alone.error());
      }
    }
    if (!create && !is_same_file(root.get(), pin_root)) {
      return os_failure("cannot open directory '" + pin_root + "'", ENOENT);
    }
  }
}

PinRootLock::PinRootLock(PinRootLock &&other) noexcept
    : pin_root_(std::move(other.pin_root_)), locks_(std::move(other.locks_)),
      created_(std::exchange(other.created_, false)) {}

PinRootLock::~PinRootLock() {
  const std::string locks = lock_directory(pin_root_);
  if (created_ && !locks_.valid()) {
    locks_ = lock_at_once(locks); // what failed may have been the locking
  }
  // Only the holder may remove the lock: nobody else has it then.
  if (locks_.valid() && is_empty(pin_root_, std::filesystem::path(locks).filename().string())) {
    std::error_code ignored;
    std::filesystem::remove_all(locks, ignored);
  }
  if (created_) {
    ::rmdir(pin_root_.c_str()); // fails, as it should, once something is pinned there
  }
}

} // namespace xdpstats
