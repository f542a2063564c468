// SPDX-License-Identifier: BSD-2-Clause
// The programs that count lost frames, pinned once for all devices of a pin root. Use it with the
// pin root locked only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loader/observe/observer.h"
#include "pinning/losses_map.h"
#include "pinning/pin_path.h"

namespace xdpstats {

class LossesSet {
public:
  /// What is pinned; nullopt: nothing is.
  [[nodiscard]] static Result<std::optional<LossesSet>> open(const std::string &pin_root);

  /// What is pinned, or programs that are loaded, attached and pinned now. An incomplete set, or
  /// one of another version, is replaced by one that counts the same devices. `map` is like those
  /// that will be counted into.
  [[nodiscard]] static Result<LossesSet> provide(const std::string &pin_root, const LossesMap &map);

  /// From now on the losses of these devices, and of no others, are counted into `map`.
  [[nodiscard]] Result<void> count(const ObserverKeys &keys, const LossesMap &map);

  /// Nothing is counted into the map of this id any more. Removes the pins, and with them the
  /// programs, if no device is left.
  [[nodiscard]] Result<void> forget(uint32_t map_id);

private:
  struct Entry {
    uint64_t key;
    uint32_t map_id;
  };

  LossesSet(LossesPath path, UniqueFd devices)
      : path_(std::move(path)), devices_(std::move(devices)) {}

  [[nodiscard]] static Result<LossesSet> create(const LossesPath &path, int like);
  [[nodiscard]] bool is_complete() const;
  [[nodiscard]] std::vector<Entry> entries() const;

  LossesPath path_;
  UniqueFd devices_; ///< for each device the map of its losses
};

} // namespace xdpstats
