// SPDX-License-Identifier: BSD-2-Clause
#include "base/confinement.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

namespace xdpstats {

std::string ip_netns_exec_name() {
  // netns_switch() of iproute2's lib/namespace.c: mount(name, "/sys", "sysfs", …). Whatever is
  // mounted last on /sys is listed last: "29 1 0:23 / /sys rw - sysfs NAME rw".
  std::ifstream mounts("/proc/self/mountinfo");
  std::string name;
  for (std::string line; std::getline(mounts, line);) {
    const size_t type = line.find(" - sysfs ");
    if (line.find(" / /sys ") < type && type != std::string::npos) {
      std::istringstream source(line.substr(type + std::size(" - sysfs ") - 1));
      source >> name;
    }
  }
  return !name.empty() && ::access(("/run/netns/" + name).c_str(), F_OK) == 0 ? name : "";
}

bool is_under_seccomp() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Seccomp:")) {
      return line.back() == '2'; // SECCOMP_MODE_FILTER, proc_pid_status(5)
    }
  }
  return false;
}

bool is_in_user_namespace() {
  // The initial one maps all ids to themselves: user_namespaces(7).
  unsigned long inside = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  return std::ifstream("/proc/self/uid_map") >> inside >> outside >> count &&
         (inside != 0 || outside != 0 || count != 4294967295UL);
}

bool kernel_is_at_least(unsigned major, unsigned minor) {
  utsname names = {};
  unsigned runs_major = 0;
  unsigned runs_minor = 0;
  return ::uname(&names) == 0 &&
         std::sscanf(names.release, "%u.%u", &runs_major, &runs_minor) == 2 &&
         (runs_major > major || (runs_major == major && runs_minor >= minor));
}

} // namespace xdpstats
