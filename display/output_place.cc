// SPDX-License-Identifier: BSD-2-Clause
#include "display/output_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

namespace xdpstats {
namespace {

constexpr int kMostLinks = 40; // as the kernel has it

UniqueFd open_part(int directory, const std::string &name) {
  return UniqueFd(::openat(directory, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

// Takes the first name off the path; "" if there is none.
std::string take_name(std::string &path) {
  path.erase(0, path.find_first_not_of('/'));
  const size_t end = path.find('/');
  std::string name = path.substr(0, end);
  path.erase(0, end == std::string::npos ? path.size() : path.find_first_not_of('/', end));
  return name;
}

Result<std::string> read_link(int link, uid_t owner, const std::string &path,
                              const std::string &name) {
  if (owner != 0 && owner != ::geteuid()) {
    return failure("cannot replace '" + path + "': '" + name +
                       "' is a symbolic link of the user with id " + std::to_string(owner),
                   "name the file itself, or a link of your own");
  }
  std::array<char, PATH_MAX> target = {};
  const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
  if (length < 0) {
    return os_failure("cannot look up '" + path + "'", errno);
  }
  return std::string(target.data(), static_cast<size_t>(length));
}

} // namespace

Result<OutputPlace> find_output_place(const std::string &path) {
  std::string rest = path;
  UniqueFd directory = open_part(AT_FDCWD, path.front() == '/' ? "/" : ".");
  for (int links = 0; links <= kMostLinks;) {
    const std::string name = take_name(rest);
    if (!directory.valid()) {
      return os_failure("cannot look up '" + path + "'", errno);
    }
    if (name.empty()) {
      return os_failure("cannot replace '" + path + "'", EISDIR);
    }
    UniqueFd part = open_part(directory.get(), name);
    if (!part.valid() && errno == ENOENT && rest.empty()) {
      return OutputPlace{std::move(directory), name};
    }
    struct stat status = {};
    if (!part.valid() || ::fstat(part.get(), &status) != 0) {
      return os_failure("cannot look up '" + path + "'", errno);
    }
    if (S_ISLNK(status.st_mode)) {
      const auto target = read_link(part.get(), status.st_uid, path, name);
      if (!target) {
        return Failure(target.error());
      }
      rest = *target + (rest.empty() ? "" : "/" + rest);
      if (target->front() == '/') {
        directory = open_part(AT_FDCWD, "/");
      }
      ++links;
    } else if (rest.empty()) {
      return OutputPlace{std::move(directory), name};
    } else {
      directory = std::move(part);
    }
  }
  return os_failure("cannot look up '" + path + "'", ELOOP);
}

} // namespace xdpstats
