// SPDX-License-Identifier: BSD-2-Clause
#include "loader/system/object_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"

namespace xdpstats {
namespace {

constexpr size_t kMostMiB = 64;

} // namespace

Result<std::string> read_object_file(const std::string &path) {
  const std::string what = "cannot read '" + path + "'";
  // Without O_NONBLOCK the open itself waits for somebody who writes to a FIFO.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    return os_failure(what, errno);
  }
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) { // read() tells of a directory
    return failure(what + ": not a regular file");
  }
  std::string bytes;
  std::array<char, 65536> chunk = {};
  ssize_t length = 0;
  while ((length = ::read(file.get(), chunk.data(), chunk.size())) > 0) {
    bytes.append(chunk.data(), static_cast<size_t>(length));
    if (bytes.size() > kMostMiB * 1024 * 1024) {
      return failure(what + ": it is larger than " + std::to_string(kMostMiB) +
                     " MiB, too large for a BPF object");
    }
  }
  if (length < 0) {
    return os_failure(what, errno);
  }
  return bytes;
}

} // namespace xdpstats
