// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/loader/loader_test.h"

#include <bpf/bpf.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "base/fd.h"
#include "pinning/pin_path.h"
#include "tests/support/value_or_throw.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

constexpr char kBpffs[] = "/sys/fs/bpf";

// A task that changes something says that it has not.
std::string with_what_stands(const Command &command, const std::string &message, int status) {
  const bool changes = std::any_of(command.begin(), command.end(), [](const std::string &word) {
    return word == "--pin" || word == "--unload";
  });
  return message + (changes && status == 1 ? "; nothing was changed" : "");
}

} // namespace

void expect_refused(const Command &command, const std::string &message, const std::string &hint,
                    int status) {
  const std::string before = machine_state();
  const Finished finished = run(command);
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(finished.err, "xdp-stats-load: " + with_what_stands(command, message, status) + "\n" +
                              (hint.empty() ? "" : "hint: " + hint + "\n"));
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
