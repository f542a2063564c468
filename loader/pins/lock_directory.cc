// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/lock_directory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "loader/pins/pin_access.h"

namespace xdpstats {

Result<UniqueFd> open_lock_directory(const std::string &path) {
  for (;;) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return os_failure("cannot create directory '" + path + "'", errno);
    }
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid() && errno == ENOENT) {
      continue; // its last holder removed it between our mkdir and our open
    }
    if (!fd.valid()) {
      return os_failure("cannot open directory '" + path + "'", errno);
    }
    if (auto trusted = check_pin_directory(fd.get(), path); !trusted) {
      return Failure(trusted.error());
    }
    return fd;
  }
}

bool is_same_file(int fd, const std::string &path) {
  struct stat by_fd = {};
  struct stat by_path = {};
  return ::fstat(fd, &by_fd) == 0 && ::stat(path.c_str(), &by_path) == 0 &&
         by_fd.st_ino == by_path.st_ino && by_fd.st_dev == by_path.st_dev;
}

} // namespace xdpstats
