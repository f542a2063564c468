// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/old_follower.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string_view>

#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// Whoever may read the directory can take such a lock. Only a process of root, or of the same user,
// that runs xdp-stats-load is believed. The link names the file itself, by whatever name it was
// run.
bool is_our_loader(int process) {
  const std::string directory = "/proc/" + std::to_string(process);
  struct stat status = {};
  std::array<char, 4096> buffer{};
  if (::stat(directory.c_str(), &status) != 0 ||
      (status.st_uid != 0 && status.st_uid != ::geteuid())) {
    return false;
  }
  const ssize_t length = ::readlink((directory + "/exe").c_str(), buffer.data(), buffer.size() - 1);
  std::string_view file(buffer.data(), length > 0 ? static_cast<size_t>(length) : 0);
  constexpr std::string_view kDeleted = " (deleted)"; // replaced by the new version
  if (file.ends_with(kDeleted)) {
    file.remove_suffix(kDeleted.size());
  }
  return file.ends_with("/xdp-stats-load");
}

// By inode, the processes that hold an exclusive lock of flock(2) in the file system.
std::map<ino_t, int> lock_holders(dev_t file_system) {
  std::map<ino_t, int> holders;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    int process = 0;
    unsigned major = 0;
    unsigned minor = 0;
    unsigned long inode = 0;
    if (std::sscanf(line.c_str(), "%*d: FLOCK ADVISORY WRITE %d %x:%x:%lu", &process, &major,
                    &minor, &inode) == 4 &&
        ::makedev(major, minor) == file_system) {
      holders.emplace(inode, process);
    }
  }
  return holders;
}

} // namespace

Result<void> check_old_followers(const std::string &pin_root) {
  struct stat status = {};
  if (::stat(pin_root.c_str(), &status) != 0) {
    return {};
  }
  const auto holders = lock_holders(status.st_dev);
  if (holders.empty()) {
    return {};
  }
  const std::unique_ptr<DIR, int (*)(DIR *)> root(::opendir(pin_root.c_str()), ::closedir);
  while (const dirent *entry = root ? ::readdir(root.get()) : nullptr) {
    const auto device = unescape_device(entry->d_name);
    const auto holder = holders.find(entry->d_ino);
    if (device && holder != holders.end() && is_our_loader(holder->second)) {
      return failure("cannot change what is pinned in '" + pin_root +
                         "': xdp-stats-load of version 0.1.0 follows '" + *device +
                         "' (process id " + std::to_string(holder->second) + ")",
                     "restart it: it does not know the locks of this version");
    }
  }
  return {};
}

} // namespace xdpstats
