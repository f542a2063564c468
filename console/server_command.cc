// SPDX-License-Identifier: BSD-2-Clause
#include "console/server_command.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace xdpstats {

Error become_server(char **argv) {
  // Found from where this program is, wherever both are installed.
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) {
    return os_failure("cannot read '/proc/self/exe'", failed.value()).value();
  }
  const auto server =
      (self.parent_path() / XDP_STATS_SERVER_DIR / "xdp-stats-listen").lexically_normal();
  ::execv(server.c_str(), argv);
  return os_failure("cannot run '" + server.string() + "'", errno).value();
}

} // namespace xdpstats
