// SPDX-License-Identifier: BSD-2-Clause
#include "display/output.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/fd.h"
#include "base/write_all.h"
#include "display/output_place.h"

namespace xdpstats {
namespace {

constexpr mode_t kFileMode = 0644;

// Two commands with one --output write it in turn; each takes milliseconds.
constexpr int kTries = 200;
constexpr std::chrono::milliseconds kPause{10};

bool same_file(const struct stat &one, const struct stat &other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// Whoever has the file locked is about to rename it.
bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

// Removes the file of a command that was killed, and whatever else has the name. Not one that a
// living command still writes.
void remove_abandoned(int directory, const char *name) {
  const UniqueFd file(
      ::openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) {
    return;
  }
  struct stat status = {};
  const bool ours = file.valid() && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                    status.st_uid == ::geteuid();
  struct stat present = {};
  if (ours &&
      (!lock(file.get()) || ::fstatat(directory, name, &present, AT_SYMLINK_NOFOLLOW) != 0 ||
       !same_file(status, present))) {
    return;
  }
  ::unlinkat(directory, name, 0);
}

/// The new contents, in the directory of the file that they are to replace. Removed at the end
/// unless renamed.
class TemporaryFile {
public:
  /// fd() is negative, and errno is set, if none could be made.
  explicit TemporaryFile(const OutputPlace &place)
      : place_(place), name_("." + place.name + ".xdp-stats") {
    for (int tries = 0; tries < kTries && !fd_.valid(); ++tries) {
      if (tries > 1) {
        std::this_thread::sleep_for(kPause);
      }
      try_to_make();
      if (!fd_.valid() && errno != EEXIST) {
        return;
      }
    }
  }
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() {
    if (fd_.valid() && !renamed_) {
      ::unlinkat(place_.directory.get(), name_.c_str(), 0);
    }
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool rename() {
    const int directory = place_.directory.get();
    renamed_ = ::renameat(directory, name_.c_str(), directory, place_.name.c_str()) == 0;
    return renamed_;
  }

private:
  void try_to_make() {
    const int directory = place_.directory.get();
    fd_.reset(::openat(directory, name_.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd_.valid()) {
      if (errno == EEXIST) {
        remove_abandoned(directory, name_.c_str());
        errno = EEXIST;
      }
      return;
    }
    // Between the two calls another command may have taken the file for abandoned.
    struct stat made = {};
    struct stat present = {};
    if (!lock(fd_.get()) || ::fstat(fd_.get(), &made) != 0 ||
        ::fstatat(directory, name_.c_str(), &present, AT_SYMLINK_NOFOLLOW) != 0 ||
        !same_file(made, present)) {
      fd_.reset();
      errno = EEXIST;
    }
  }

  const OutputPlace &place_;
  std::string name_;
  UniqueFd fd_;
  bool renamed_ = false;
};

// Mode, owner and group of the file that is replaced. Only root can give a file away; a member may
// still give it to the group.
bool take_over_access(int fd, const struct stat &old) {
  if (::fchown(fd, old.st_uid, old.st_gid) != 0) {
    static_cast<void>(::fchown(fd, static_cast<uid_t>(-1), old.st_gid) == 0);
  }
  return ::fchmod(fd, old.st_mode & 0777U) == 0;
}

} // namespace

Result<void> replace_file(const std::string &path, const std::string &text) {
  const auto place = find_output_place(path);
  if (!place) {
    return Failure(place.error());
  }
  struct stat old = {};
  const bool exists =
      ::fstatat(place->directory.get(), place->name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  // A rename would replace a device such as /dev/stdout, or a pipe, by a regular file.
  if (exists && !S_ISREG(old.st_mode)) {
    return failure("cannot replace '" + path + "': not a regular file");
  }
  // In the same directory, because a file can be renamed only within a file system. The name does
  // not end in ".prom": node_exporter must never read a half-written file.
  TemporaryFile file(*place);
  if (file.fd() < 0) {
    return os_failure("cannot create a file beside '" + path + "'", errno);
  }
  if (auto done = write_all(file.fd(), text, ("'" + path + "'").c_str()); !done) {
    return done;
  }
  if (!(exists ? take_over_access(file.fd(), old) : ::fchmod(file.fd(), kFileMode) == 0)) {
    return os_failure("cannot set the mode of '" + path + "'", errno);
  }
  if (!file.rename()) {
    return os_failure("cannot replace '" + path + "'", errno);
  }
  return {};
}

} // namespace xdpstats
