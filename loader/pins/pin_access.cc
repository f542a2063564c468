// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/pin_access.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace xdpstats {
namespace {

bool is_trusted(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

Failure foreign_owner(const std::string &path, uid_t owner) {
  return failure("cannot trust '" + path + "': it belongs to the user with id " +
                     std::to_string(owner) + ", who could replace what is pinned",
                 "remove it; or see what is in it, and then: chown -R -h root '" + path +
                     "' && chmod -R go-w '" + path + "'");
}

} // namespace

Result<void> check_pin_directory(int fd, const std::string &path) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) {
    return os_failure("cannot look up '" + path + "'", errno);
  }
  if (!is_trusted(status.st_uid)) {
    return foreign_owner(path, status.st_uid);
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0) {
    return failure("cannot trust '" + path + "': its mode lets other users replace what is in it",
                   "chmod go-w '" + path + "'");
  }
  return {};
}

Result<void> check_way_to_pin_root(const std::string &path, const std::string &parent) {
  struct stat link = {};
  if (::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode) && !is_trusted(link.st_uid)) {
    return failure("cannot trust '" + path + "': it is a symbolic link of the user with id " +
                       std::to_string(link.st_uid),
                   "remove it");
  }
  const UniqueFd directory(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) {
    return os_failure("cannot open directory '" + parent + "'", errno);
  }
  return check_pin_directory(directory.get(), parent);
}

Result<GivenPin> GivenPin::open(const std::string &path) {
  // A pinned map cannot be opened as a file; with O_PATH it can be named all the same.
  UniqueFd fd(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status = {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
    return os_failure("cannot look up '" + path + "'", errno);
  }
  if (S_ISLNK(status.st_mode)) {
    return failure("cannot trust '" + path + "': it is a symbolic link", "remove it");
  }
  if (!is_trusted(status.st_uid)) {
    return foreign_owner(path, status.st_uid);
  }
  return GivenPin(std::move(fd), status.st_gid, status.st_mode & 07777U);
}

bool GivenPin::set(gid_t group, mode_t mode) const {
  // fchmod() refuses a descriptor of O_PATH; the link in /proc stands for the file itself.
  // No std::string: the undo must not need memory.
  std::array<char, 32> link = {};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd_.get());
  struct stat now = {};
  const bool has_group = ::fstat(fd_.get(), &now) == 0 && now.st_gid == group;
  return (has_group ||
          ::fchownat(fd_.get(), "", static_cast<uid_t>(-1), group, AT_EMPTY_PATH) == 0) &&
         ::chmod(link.data(), mode) == 0;
}

void GivenPin::restore() const { static_cast<void>(set(group_, mode_)); }

} // namespace xdpstats
