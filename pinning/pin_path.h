// SPDX-License-Identifier: BSD-2-Clause
// The only code that composes a path below the pin root.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xdpstats {

inline constexpr char kDefaultPinRoot[] = "/sys/fs/bpf/xdp_stats";
/// Where run-xdp_stats.mount shows the same pins to readers without privilege.
inline constexpr char kReadersPinRoot[] = "/run/xdp_stats";

/// Percent-encodes what a name in bpffs cannot contain: '.' (bpffs refuses it), '%' (the escape
/// itself), '/', control characters, and everything that is not ASCII. Injective:
/// unescape_device(escape_device(x)) == x for every x.
[[nodiscard]] std::string escape_device(std::string_view device);

/// The device that a directory name stands for; nullopt if escape_device never writes that name.
[[nodiscard]] std::optional<std::string> unescape_device(std::string_view name);

/// The device that people name by `spelling`, as outputs have it: each "%XX" stands for a byte.
[[nodiscard]] std::string device_spelled(std::string_view spelling);

/// Whether the kernel lets a device have this name (dev_valid_name; a '%' is for patterns).
[[nodiscard]] bool is_device_name(std::string_view name);

/// Where a device's pins are.
struct PinPath {
  PinPath(std::string_view pin_root, std::string_view device);

  std::string root;
  std::string directory;       ///< root/<escaped device>
  std::string stats_map;       ///< the counters
  std::string info_map;        ///< the info record
  std::string losses_map;      ///< the lost frames (--losses)
  std::string observer;        ///< the pinned tracing link of observe mode
  std::string staged_map;      ///< the counters that will replace stats_map (--reset)
  std::string staged_info;     ///< the info record that is about to replace info_map
  std::string staged_observer; ///< the link that will replace observer
  std::string staged_losses;   ///< the map that will replace losses_map (--reset)
};

/// Where the programs are that count the lost frames of all devices of a pin root.
struct LossesPath {
  explicit LossesPath(std::string_view pin_root);

  std::string directory; ///< no device escapes to its name
  std::string devices;   ///< whose losses are counted, and where
  /// Of the link of the program with this name.
  [[nodiscard]] std::string link(std::string_view program) const;
};

/// The directory whose locks keep writers apart. No device escapes to its name, and only its owner
/// may open it: whoever may only read can lock nothing that a writer waits for.
[[nodiscard]] std::string lock_directory(const std::string &pin_root);

/// What the follower of a device locks. `inode` is that of the device's directory, which keeps it
/// when the device, and the directory with it, is renamed.
[[nodiscard]] std::string follower_lock_directory(const std::string &pin_root, uint64_t inode);

/// The devices that have a directory below the pin root, sorted by name; empty if the root does not
/// exist. Fails if the root cannot be read or is not in a bpffs.
[[nodiscard]] Result<std::vector<std::string>> list_pinned_devices(const std::string &pin_root);

/// What a reader can do about being refused `path` with this errno; empty if `code` is not a
/// refusal.
[[nodiscard]] std::string refusal_hint(int code, const std::string &path);

/// Fails if `path` does not exist or is not in a BPF file system; the hint says how to mount one.
[[nodiscard]] Result<void> check_bpffs(const std::string &path);

} // namespace xdpstats
