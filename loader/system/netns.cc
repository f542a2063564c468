// SPDX-License-Identifier: BSD-2-Clause
#include "loader/system/netns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

namespace xdpstats {
namespace {

namespace fs = std::filesystem;

constexpr char kOwn[] = "/proc/thread-self/ns/net";

UniqueFd open_namespace(const std::string &path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// Opens what is there unless it is known already.
void add(std::vector<Netns> &found, std::set<ino_t> &known, const std::string &path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0 || known.contains(status.st_ino)) {
    return;
  }
  UniqueFd fd = open_namespace(path);
  if (fd.valid()) {
    known.insert(status.st_ino);
    found.push_back({path, std::move(fd)});
  }
}

std::vector<std::string> names_in(const std::string &directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_process(const std::string &name) {
  return name.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

std::vector<Netns> reachable_namespaces() {
  std::vector<Netns> found;
  std::set<ino_t> known;
  struct stat own = {};
  if (::stat(kOwn, &own) == 0) {
    known.insert(own.st_ino);
  }
  const std::string named = "/run/netns/";
  for (const std::string &name : names_in(named)) {
    add(found, known, named + name);
  }
  for (const std::string &name : names_in("/proc")) {
    if (is_process(name)) {
      add(found, known, "/proc/" + name + "/ns/net");
    }
  }
  return found;
}

Result<NetnsVisit> NetnsVisit::enter(const Netns &netns) {
  UniqueFd home = open_namespace(kOwn);
  if (!home.valid()) {
    return os_failure("cannot open '" + std::string(kOwn) + "'", errno);
  }
  if (::setns(netns.fd.get(), CLONE_NEWNET) != 0) {
    return os_failure("cannot enter network namespace '" + netns.path + "'", errno);
  }
  return NetnsVisit(std::move(home));
}

NetnsVisit::~NetnsVisit() {
  if (home_.valid() && ::setns(home_.get(), CLONE_NEWNET) != 0) {
    std::abort();
  }
}

} // namespace xdpstats
