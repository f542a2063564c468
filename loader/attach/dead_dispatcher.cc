// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/dead_dispatcher.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sys/file.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

#include "base/netdev.h"
#include "loader/attach/attach.h"
#include "loader/system/library_log.h"
#include "loader/system/program_info.h"

namespace xdpstats {
namespace {

namespace fs = std::filesystem;

// Between libxdp's pinning of a dispatcher and its attaching, or its detaching and its unpinning,
// are microseconds; the rest is for a busy machine.
constexpr std::chrono::seconds kSettled{1};

struct Leftover {
  fs::path path;
  bool device_exists = false;
};

// Where libxdp 1.2 to 1.6 keep their pins: get_bpffs_dir() of libxdp.c.
fs::path libxdp_directory() {
  const char *bpffs = std::getenv(XDP_BPFFS_ENVVAR);
  return fs::path(bpffs != nullptr && *bpffs != '\0' ? bpffs : "/sys/fs/bpf") / "xdp";
}

bool uses(const ProgramInfo &program, const std::optional<CountersMap> &map) {
  return map && program.uses_map(map->id);
}

// A component's program is pinned as "...-prog" and its link as "...-link"; one of them may be
// missing.
bool is_ours(const fs::path &pin, const DevicePins &pins) {
  const UniqueFd fd(bpf_obj_get(pin.c_str()));
  if (!fd.valid()) {
    return false;
  }
  const auto link = link_by_fd(fd.get());
  const bool is_link = pin.native().ends_with("-link");
  if (is_link && !link) {
    return false;
  }
  const auto program = is_link ? program_by_id(link->prog_id) : program_by_fd(fd.get());
  return program && (uses(*program, pins.stats()) || uses(*program, pins.staged()));
}

// An empty directory counts as ours: nobody else would ever miss it, and only a process that was
// killed leaves one.
bool holds_ours_or_nothing(const fs::path &directory, const DevicePins &pins) {
  std::error_code error;
  const fs::directory_iterator entries(directory, error);
  return !error && (begin(entries) == end(entries) ||
                    std::any_of(begin(entries), end(entries), [&pins](const auto &entry) {
                      return is_ours(entry.path(), pins);
                    }));
}

Result<std::vector<Leftover>> find_leftovers(const DevicePins &pins) {
  const auto netdevs = read_netdevs();
  if (!netdevs) {
    return Failure(netdevs.error());
  }
  std::vector<Leftover> leftovers;
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(libxdp_directory(), error)) {
    unsigned ifindex = 0;
    unsigned program_id = 0;
    if (std::sscanf(entry.path().filename().c_str(), "dispatch-%u-%u", &ifindex, &program_id) !=
        2) {
      continue;
    }
    const auto device = std::find_if(netdevs->begin(), netdevs->end(), [&](const auto &candidate) {
      return candidate.second.ifindex == ifindex;
    });
    const bool exists = device != netdevs->end();
    if (!(exists && device->second.program_id == program_id) &&
        holds_ours_or_nothing(entry.path(), pins)) {
      leftovers.push_back({entry.path(), exists});
    }
  }
  return leftovers;
}

bool may_be_in_work(const std::vector<Leftover> &leftovers) {
  return std::any_of(leftovers.begin(), leftovers.end(),
                     [](const Leftover &leftover) { return leftover.device_exists; });
}

} // namespace

bool is_our_empty_dispatcher(const DeviceState &state, const DevicePins &pins) {
  if (!state.dispatcher || !state.programs.empty()) {
    return false;
  }
  const xdp_stats_info &info = pins.info();
  switch (static_cast<xdp_stats_mode>(info.mode)) {
  case XDP_STATS_MODE_NONE:
    // Counters without a record are those of a run that ended while it attached.
    return pins.stats().has_value();
  case XDP_STATS_MODE_BUILTIN:
  case XDP_STATS_MODE_PROGRAM:
    // Not by its id: where libxdp fails to put a chain together again, it leaves one that is new.
    return info.ifindex == state.netdev.ifindex;
  case XDP_STATS_MODE_OBSERVE:
    return false;
  }
  return false;
}

Result<void> detach_empty_dispatcher(const DeviceState &state) {
  const auto fd = open_program(state.netdev.program_id);
  if (!fd) {
    return Failure(fd.error());
  }
  LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = fd->get());
  forget_library_log();
  const int error =
      bpf_xdp_detach(static_cast<int>(state.netdev.ifindex),
                     XDP_FLAGS_REPLACE | mode_flag(state.netdev.attach_mode), &options);
  return error == 0 ? Result<void>{}
                    : library_failure(
                          "cannot detach the empty dispatcher from '" + state.name + "'", error);
}

bool is_kept_by_libxdp(const DevicePins &pins) {
  std::error_code error;
  const fs::directory_iterator dispatchers(libxdp_directory(), error);
  return !error && std::any_of(begin(dispatchers), end(dispatchers), [&pins](const auto &entry) {
    std::error_code unreadable;
    const fs::directory_iterator entries(entry.path(), unreadable);
    return !unreadable && std::any_of(begin(entries), end(entries), [&pins](const auto &pin) {
      return is_ours(pin.path(), pins);
    });
  });
}

Result<void> remove_dead_dispatchers(const DevicePins &pins) {
  const auto deadline = std::chrono::steady_clock::now() + kSettled;
  auto leftovers = find_leftovers(pins);
  while (leftovers && may_be_in_work(*leftovers) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    leftovers = find_leftovers(pins);
  }
  if (!leftovers) {
    return Failure(leftovers.error());
  }
  if (leftovers->empty()) {
    return {};
  }
  // libxdp takes the same lock to pin and to unpin.
  const UniqueFd lock(::open(libxdp_directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.valid() || ::flock(lock.get(), LOCK_EX) != 0) {
    return os_failure("cannot lock '" + libxdp_directory().string() + "'", errno);
  }
  leftovers = find_leftovers(pins);
  if (!leftovers) {
    return Failure(leftovers.error());
  }
  for (const Leftover &leftover : *leftovers) {
    std::error_code error;
    fs::remove_all(leftover.path, error);
    if (error) {
      return os_failure("cannot remove '" + leftover.path.string() + "'", error.value());
    }
  }
  return {};
}

} // namespace xdpstats
