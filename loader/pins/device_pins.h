// SPDX-License-Identifier: BSD-2-Clause
// The pins of one device, changed as a transaction: what is created here is removed again unless
// commit() is called.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/xdp_stats_info.h"
#include "loader/pins/counters_maps.h"
#include "loader/pins/pin_access.h"
#include "pinning/losses_map.h"
#include "pinning/pin_path.h"
#include "pinning/stats_map.h"

namespace xdpstats {

class DevicePins {
public:
  /// Opens what is pinned for `device` and checks it; nothing is created. Call with the pin root
  /// locked.
  [[nodiscard]] static Result<DevicePins> open(const std::string &pin_root,
                                               const std::string &device);
  DevicePins(DevicePins &&other) noexcept;
  DevicePins &operator=(DevicePins &&) = delete;
  DevicePins(const DevicePins &) = delete;
  DevicePins &operator=(const DevicePins &) = delete;
  /// Undoes what this run created, unless it was committed.
  ~DevicePins();

  [[nodiscard]] const PinPath &path() const { return path_; }
  /// The counters that are pinned; nullopt if none are yet.
  [[nodiscard]] const std::optional<CountersMap> &stats() const { return stats_; }
  /// New counters waiting to replace those that are pinned (--reset); nullopt if none.
  [[nodiscard]] const std::optional<CountersMap> &staged() const { return staged_; }
  /// The info record as last read or written; mode NONE where there is none that can be read.
  [[nodiscard]] const xdp_stats_info &info() const { return info_; }
  /// Whether there is anything of the device: pins, or a directory that a killed run left empty.
  [[nodiscard]] bool exists() const;

  /// Creates, freezes and pins whatever is missing. An existing map of another kind than `kind` is
  /// an error.
  [[nodiscard]] Result<void> create_missing(std::optional<MapKind> kind);
  /// Pins new, empty counters beside the present ones; publish_staged() puts them in their place.
  [[nodiscard]] Result<void> stage_new_counters(MapKind kind);
  [[nodiscard]] Result<void> publish_staged();
  /// Drops staged counters that an interrupted --reset left.
  void discard_staged();

  /// Gives directory and maps to the group, readable by it.
  [[nodiscard]] Result<void> give_to_group(gid_t group);
  /// Undoes that. A record written from here on has the former group and mode again.
  void take_from_group() noexcept;

  /// Puts a new, frozen record in the place of the present one.
  [[nodiscard]] Result<void> write_info(const xdp_stats_info &info);

  /// Pins an empty map of lost frames where none is pinned, or, if `restart`, in the place of the
  /// one that is. Readable by whoever may read the counters. Not undone: it is made after commit().
  [[nodiscard]] Result<LossesMap> provide_losses(bool restart);

  /// From here on a program may count into these pins: whatever fails or is thrown, they stay,
  /// until roll_back() says that none does. Neither can fail.
  void keep() noexcept { kept_ = true; }
  /// Undoes what this run created and gave away.
  void roll_back() noexcept;
  [[nodiscard]] bool kept() const noexcept { return kept_; }

  /// Keeps what was created and given away.
  void commit() {
    created_.clear();
    given_.clear();
  }

  /// Removes all pins of the device and its directory.
  [[nodiscard]] Result<void> remove();

private:
  explicit DevicePins(PinPath path) : path_(std::move(path)) {}
  [[nodiscard]] std::string to_note(const std::string &path);
  Result<void> create_directory();
  Result<void> pin(int fd, const std::string &path);

  PinPath path_;
  std::optional<CountersMap> stats_;
  std::optional<CountersMap> staged_;
  bool kept_ = false;
  bool info_pinned_ = false; ///< and readable
  xdp_stats_info info_ = {};
  std::vector<std::string> created_; ///< paths to remove again, in order of creation
  std::vector<GivenPin> given_;      ///< whose former group and mode are to be restored
};

/// The id of a group by its name; fails if there is none.
[[nodiscard]] Result<gid_t> group_id(const std::string &name);

} // namespace xdpstats
