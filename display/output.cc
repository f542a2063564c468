// SPDX-License-Identifier: BSD-2-Clause
#include "display/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/fd.h"
#include "base/write_all.h"

namespace xdpstats {
namespace {

constexpr mode_t kFileMode = 0644;

/// Removes the file at the end unless it was renamed.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string path)
      : path_(std::move(path)), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() {
    if (fd_.valid()) {
      ::unlink(path_.c_str());
    }
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool rename_to(const std::string &target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      return false;
    }
    fd_.reset();
    return true;
  }

private:
  std::string path_;
  UniqueFd fd_;
};

// The file to replace: for a symbolic link what it points to, as the link has to stay. If nothing
// exists there yet, `path` itself.
Result<std::string> final_target(const std::string &path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return path;
    }
    return os_failure("cannot look up '" + path + "'", errno);
  }
  // A rename would replace a device such as /dev/stdout, or a pipe, by a regular file.
  if (!S_ISREG(status.st_mode)) {
    return failure("cannot replace '" + path + "': not a regular file");
  }
  const std::unique_ptr<char, void (*)(void *)> real(::realpath(path.c_str(), nullptr), ::free);
  return real ? std::string(real.get()) : path;
}

} // namespace

Result<void> replace_file(const std::string &path, const std::string &text) {
  const auto target = final_target(path);
  if (!target) {
    return Failure(target.error());
  }
  // In the same directory, because a file can be renamed only within a file system. The name does
  // not end in ".prom": node_exporter must never read a half-written file.
  TemporaryFile file(*target + ".XXXXXX");
  if (file.fd() < 0) {
    return os_failure("cannot create a file beside '" + *target + "'", errno);
  }
  if (auto done = write_all(file.fd(), text, ("'" + *target + "'").c_str()); !done) {
    return done;
  }
  if (::fchmod(file.fd(), kFileMode) != 0) {
    return os_failure("cannot set the mode of '" + *target + "'", errno);
  }
  if (!file.rename_to(*target)) {
    return os_failure("cannot replace '" + *target + "'", errno);
  }
  return {};
}

} // namespace xdpstats
