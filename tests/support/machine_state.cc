// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/machine_state.h"

#include <sys/stat.h>

#include <filesystem>
#include <regex>
#include <sstream>

#include "base/netdev.h"
#include "bpf/xdp_stats_info.h"
#include "pinning/pin_path.h"
#include "tests/support/value_or_throw.h"

namespace xdpstats::test {
namespace {

constexpr char kBpffs[] = "/sys/fs/bpf";
constexpr char kLibxdpDirectory[] = "/sys/fs/bpf/xdp";

std::string describe_file(const std::string &path) {
  struct stat file = {};
  if (::lstat(path.c_str(), &file) != 0) {
    return path + " vanished\n";
  }
  std::ostringstream line;
  line << path;
  // A record that was put back is another map with the same contents, which --status tells.
  if (!path.ends_with("/" XDP_STATS_INFO_NAME)) {
    line << " inode " << file.st_ino;
  }
  line << std::oct << " mode " << file.st_mode << std::dec << " owner " << file.st_uid << ':'
       << file.st_gid << '\n';
  return line.str();
}

} // namespace

std::set<std::string> pinned_paths() {
  std::set<std::string> paths;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(kBpffs)) {
    const bool libxdp_only =
        entry.path() == kLibxdpDirectory && std::filesystem::is_empty(entry.path());
    if (entry.path().extension() != ".debug" && !libxdp_only) {
      paths.insert(entry.path());
    }
  }
  return paths;
}

std::string machine_state() {
  std::string state;
  for (const auto &path : pinned_paths()) {
    // A failed run may leave the lock beside pins that it has not made.
    if (path != lock_directory(kDefaultPinRoot)) {
      state += describe_file(path);
    }
  }
  for (const auto &[name, device] : value_or_throw(read_netdevs())) {
    state += name + " runs " + std::to_string(device.program_id) + '\n';
  }
  return state;
}

std::string lasting_state() {
  std::string text = machine_state();
  if (text.find("/xdp/dispatch-") != std::string::npos) {
    text = std::regex_replace(text, std::regex("/xdp/dispatch-[0-9]+-[0-9]+(\\S*) inode [0-9]+"),
                              "/xdp/dispatch$1");
    text = std::regex_replace(text, std::regex("va runs [0-9]+"), "va runs a dispatcher");
  }
  return std::regex_replace(text, std::regex("/observer inode [0-9]+"), "/observer");
}

} // namespace xdpstats::test
