// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/loader/loader_test.h"

#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "base/fd.h"
#include "bpf/xdp_stats_info.h"
#include "pinning/pin_path.h"
#include "tests/support/value_or_throw.h"
#include "tests/support/wait.h"

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

// Sorted, without the files that the kernel itself puts into each bpffs.
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

} // namespace

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

void expect_refused(const Command &command, const std::string &message, const std::string &hint,
                    int status) {
  const std::string before = machine_state();
  const Finished finished = run(command);
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(finished.err,
            "xdp-stats-load: " + message + "\n" + (hint.empty() ? "" : "hint: " + hint + "\n"));
  EXPECT_EQ(finished.status, status);
  EXPECT_EQ(machine_state(), before);
}

std::filesystem::path dispatcher_pins(const std::string &device) {
  const Netdev state = netdev(device);
  return std::filesystem::path(kBpffs) / "xdp" /
         ("dispatch-" + std::to_string(state.ifindex) + "-" + std::to_string(state.program_id));
}

bool program_is_gone(uint32_t id) {
  return holds_in_time([id] { return !UniqueFd(bpf_prog_get_fd_by_id(id)).valid(); });
}

void expect_nothing_left() {
  auto paths = pinned_paths();
  paths.erase(kDefaultPinRoot);
  EXPECT_THAT(paths, testing::IsEmpty());
  for (const auto &[name, device] : value_or_throw(read_netdevs())) {
    EXPECT_EQ(device.program_id, 0U) << name;
  }
}

void LoaderTest::TearDown() {
  for (const auto &entry : std::filesystem::directory_iterator(kBpffs)) {
    if (entry.path().extension() != ".debug") {
      std::filesystem::remove_all(entry.path());
    }
  }
}

} // namespace xdpstats::test
