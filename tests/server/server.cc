// SPDX-License-Identifier: BSD-2-Clause
#include "tests/server/server.h"
#include "tests/support/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace xdpstats::test {
namespace {

std::vector<std::string> command(std::string where, const std::vector<std::string> &more,
                                 const std::vector<std::string> &before) {
  std::vector<std::string> args = before;
  args.insert(args.end(), {XDP_STATS, "--listen", std::move(where)});
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

} // namespace

RunningServer::RunningServer(std::string where, const std::vector<std::string> &more,
                             const std::vector<std::string> &before)
    : process_(command(std::move(where), more, before)) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (process_.err().find("istening on ") == std::string::npos) {
    if (!process_.running() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the server does not listen: " + process_.err());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

size_t RunningServer::descriptors() const { return targets().size(); }

size_t RunningServer::sockets() const {
  const std::string process = "/proc/" + std::to_string(process_.pid());
  // What it asks the kernel by is kept from one scrape to the next; a line ends with the inode.
  const std::string netlink = read_file(process + "/net/netlink");
  size_t count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(process + "/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.starts_with("socket:[")) {
      const std::string inode = target.substr(8, target.size() - 9);
      count += netlink.find(" " + inode + " ") == std::string::npos ? 1 : 0;
    }
  }
  return count;
}

std::vector<std::string> RunningServer::targets() const {
  std::vector<std::string> targets;
  for (const auto &file :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process_.pid()) + "/fd")) {
    std::error_code closed_meanwhile;
    targets.push_back(std::filesystem::read_symlink(file, closed_meanwhile));
  }
  return targets;
}

size_t RunningServer::memory() const {
  std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) {
      return std::stoul(line.substr(8));
    }
  }
  throw std::runtime_error("no RssAnon in /proc/PID/status");
}

uint64_t RunningServer::cpu_time() const {
  std::ifstream file("/proc/" + std::to_string(process_.pid()) + "/schedstat");
  uint64_t time = 0;
  file >> time;
  return time;
}

} // namespace xdpstats::test
