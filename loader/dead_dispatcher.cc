// SPDX-License-Identifier: BSD-2-Clause
#include "loader/dead_dispatcher.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/file.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "loader/device_state.h"

namespace xdpstats {
namespace {

namespace fs = std::filesystem;

// Where libxdp 1.2 to 1.5 keep their pins: get_bpffs_dir() of libxdp.c.
fs::path libxdp_directory() {
  const char *bpffs = std::getenv(XDP_BPFFS_ENVVAR);
  return fs::path(bpffs != nullptr && *bpffs != '\0' ? bpffs : "/sys/fs/bpf") / "xdp";
}

bool holds_program_using(const fs::path &directory, uint32_t map_id) {
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(directory, error)) {
    const UniqueFd fd(bpf_obj_get(entry.path().c_str()));
    const auto program = fd.valid() ? program_by_fd(fd.get()) : failure("not a program");
    if (program && std::find(program->map_ids.begin(), program->map_ids.end(), map_id) !=
                       program->map_ids.end()) {
      return true;
    }
  }
  return false;
}

} // namespace

Result<void> remove_dead_dispatcher(const DevicePins &pins) {
  const xdp_stats_info &info = pins.info();
  const fs::path libxdp = libxdp_directory();
  const fs::path directory = libxdp / ("dispatch-" + std::to_string(info.ifindex) + "-" +
                                       std::to_string(info.netdev_program_id));
  // libxdp takes the same lock for each of its changes.
  const UniqueFd lock(::open(libxdp.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.valid() || !pins.stats() || ::flock(lock.get(), LOCK_EX) != 0 ||
      !holds_program_using(directory, pins.stats()->id)) {
    return {};
  }
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) {
    return os_failure("cannot remove '" + directory.string() + "'", error.value());
  }
  return {};
}

} // namespace xdpstats
