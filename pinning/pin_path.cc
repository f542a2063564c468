// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/pin_path.h"

#include <dirent.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/confinement.h"
#include "base/text.h"
#include "bpf/xdp_stats.bpf.h"
#include "bpf/xdp_stats_info.h"
#include "bpf/xdp_stats_losses.h"

namespace xdpstats {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool is_plain(char c) { return c > ' ' && c < '\x7f' && c != '.' && c != '%' && c != '/'; }

// The byte that `text` begins with as "%XX"; nullopt if it begins otherwise.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') {
    return std::nullopt;
  }
  const size_t high = kHexDigits.find(text[1]);
  const size_t low = kHexDigits.find(text[2]);
  if (high == std::string_view::npos || low == std::string_view::npos) {
    return std::nullopt;
  }
  return static_cast<char>(high * 16 + low);
}

// The first directory on the way to `path` that this process may not enter; empty if there is none.
std::string closed_directory(const std::string &path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    std::string directory = path.substr(0, slash);
    if (::access(directory.c_str(), X_OK) != 0 && errno == EACCES) {
      return directory;
    }
  }
  return "";
}

std::string mount_hint() {
  const std::string name = ip_netns_exec_name();
  return name.empty() ? "mount one with: mount -t bpf -o mode=0700 bpf /sys/fs/bpf"
                      : "what ip netns exec runs does not see the machine's: enter the network "
                        "alone, with: nsenter --net=/run/netns/" +
                            name;
}

} // namespace

std::string escape_device(std::string_view device) {
  std::string name;
  for (const char c : device) {
    if (is_plain(c)) {
      name += c;
    } else {
      append_escaped(name, c);
    }
  }
  return name;
}

std::optional<std::string> unescape_device(std::string_view name) {
  std::string device = device_spelled(name);
  // escape_device writes only one spelling: "%41" must not become a second name of "A".
  if (device.empty() || escape_device(device) != name) {
    return std::nullopt;
  }
  return device;
}

std::string device_spelled(std::string_view spelling) {
  std::string device;
  while (!spelling.empty()) {
    if (const auto byte = escaped_byte(spelling)) {
      device += *byte;
      spelling.remove_prefix(3);
    } else {
      device += spelling.front();
      spelling.remove_prefix(1);
    }
  }
  return device;
}

bool is_device_name(std::string_view name) {
  return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '\0' || c == '/' || c == ':' || c == '%' || c == '\xA0' ||
                  (c >= '\t' && c <= '\r') || c == ' ';
         });
}

PinPath::PinPath(std::string_view pin_root, std::string_view device)
    : root(pin_root), directory(root + "/" + escape_device(device)),
      stats_map(directory + "/" XDP_STATS_MAP_NAME), info_map(directory + "/" XDP_STATS_INFO_NAME),
      losses_map(directory + "/" XDP_STATS_LOSSES_NAME), observer(directory + "/observer"),
      staged_map(directory + "/" XDP_STATS_MAP_NAME "_new"),
      staged_info(directory + "/" XDP_STATS_INFO_NAME "_new"),
      staged_observer(directory + "/observer_new"),
      staged_losses(directory + "/" XDP_STATS_LOSSES_NAME "_new") {}

LossesPath::LossesPath(std::string_view pin_root)
    : directory(std::string(pin_root) + "/%losses"), devices(directory + "/devices") {}

std::string LossesPath::link(std::string_view program) const {
  return directory + "/" + std::string(program);
}

std::string lock_directory(const std::string &pin_root) { return pin_root + "/%lock"; }

std::string follower_lock_directory(const std::string &pin_root, uint64_t inode) {
  return lock_directory(pin_root) + "/" + std::to_string(inode);
}

Result<std::vector<std::string>> list_pinned_devices(const std::string &pin_root) {
  const std::unique_ptr<DIR, int (*)(DIR *)> root(::opendir(pin_root.c_str()), ::closedir);
  if (!root) {
    const int error = errno;
    if (error == ENOENT) {
      return std::vector<std::string>{};
    }
    return os_failure("cannot read directory '" + pin_root + "'", error,
                      refusal_hint(error, pin_root));
  }
  if (auto bpffs = check_bpffs(pin_root); !bpffs) {
    return Failure(bpffs.error());
  }
  std::vector<std::string> devices;
  errno = 0;
  while (const dirent *entry = ::readdir(root.get())) {
    if (entry->d_type == DT_DIR) {
      // escape_device never writes "." and "..".
      if (auto device = unescape_device(entry->d_name); device && is_device_name(*device)) {
        devices.push_back(std::move(*device));
      }
    }
    errno = 0;
  }
  if (errno != 0) {
    return os_failure("cannot read directory '" + pin_root + "'", errno);
  }
  std::sort(devices.begin(), devices.end());
  return devices;
}

std::string refusal_hint(int code, const std::string &path) {
  if (code == EACCES) {
    const std::string closed = closed_directory(path);
    return closed.empty() || ::access(kReadersPinRoot, X_OK) != 0
               ? "run as root, or pin with xdp-stats-load --group for a group of yours; see "
                 "SECURITY CONSIDERATIONS in xdp-stats(1)"
               : "'" + closed + "' is closed to you; its counters can be read with: --pin-root " +
                     kReadersPinRoot;
  }
  if (code != EPERM) {
    return "";
  }
  if (!kernel_is_at_least(5, 19)) {
    return "before Linux 5.19 reading a map needs CAP_BPF";
  }
  return is_under_seccomp() ? "a seccomp filter holds this process, as containers do: it has to "
                              "allow bpf(2)"
                            : "";
}

Result<void> check_bpffs(const std::string &path) {
  struct statfs file_system = {};
  if (::statfs(path.c_str(), &file_system) != 0) {
    return os_failure("cannot look up '" + path + "'", errno);
  }
  if (file_system.f_type != BPF_FS_MAGIC) {
    return failure("'" + path + "' is not in a BPF file system (bpffs)", mount_hint());
  }
  return {};
}

} // namespace xdpstats
