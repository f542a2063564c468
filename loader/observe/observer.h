// SPDX-License-Identifier: BSD-2-Clause
// A tracing program at the end of somebody else's XDP program, and the devices it counts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/observer.h"
#include "loader/observe/observe_target.h"
#include "loader/observe/observer_code.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

/// Keys of devices, see observer_key().
using ObserverKeys = std::vector<uint64_t>;

/// One observer serves every device of its program. It lives as long as it is pinned or opened.
/// Change it with the pin root locked only.
class Observer {
public:
  /// Attaches a new observer, of no device yet. The device that counts into `counters` has a place
  /// of its own in it, which costs less than the table; others count into maps like `counters`.
  [[nodiscard]] static Result<Observer> attach(ObserverCode &code, const std::string &device,
                                               const ObserveTarget &target,
                                               const CountersMap &counters);

  /// The observer pinned at `path`; nullopt if nothing is pinned there.
  [[nodiscard]] static Result<std::optional<Observer>> open(const std::string &path);

  [[nodiscard]] bool observes(const ObserveTarget &target) const {
    return target.program_id == target_program_ && target.function_id == target_function_;
  }
  [[nodiscard]] uint32_t target_program() const { return target_program_; }

  /// The devices that are counted into the map of this id.
  [[nodiscard]] ObserverKeys keys_of(uint32_t map_id) const;

  /// Whether all devices that it has are counted into this map.
  [[nodiscard]] bool is_alone(uint32_t map_id) const;

  /// Whether these devices find a place in the table.
  [[nodiscard]] bool has_room(const ObserverKeys &keys) const;

  /// Counts these devices into `counters`, at once; one that is counted into another map changes
  /// over without missing a frame.
  [[nodiscard]] Result<void> add(const ObserverKeys &keys, int counters);

  /// Stops counting into the map of this id, for all devices but `kept`. When it returns no frame
  /// is being counted any more.
  [[nodiscard]] Result<void> remove(uint32_t map_id, const ObserverKeys &kept = {});

  [[nodiscard]] Result<void> pin(const std::string &path) const;

private:
  struct Unmap {
    size_t size;
    void operator()(observer_table *table) const;
  };
  using Mapped = std::unique_ptr<observer_table, Unmap>;

  Observer() = default;
  [[nodiscard]] static Result<Observer> from_link(UniqueFd link, const std::string &name);
  Result<void> open_maps(const std::vector<uint32_t> &ids);
  [[nodiscard]] uint32_t map_in(uint32_t slot) const;
  /// Whose place of its own it is; OBSERVER_EMPTY: nobody's.
  [[nodiscard]] uint64_t own() const { return has_own_ ? table_->own : OBSERVER_EMPTY; }
  Result<void> add_one(uint64_t key, int counters, uint32_t map_id);
  Result<void> vacate(uint32_t slot);
  Result<void> wait_for_frames();

  UniqueFd link_;
  UniqueFd own_counters_;
  uint32_t own_map_ = 0;
  bool has_own_ = false; ///< 0.1.0's have the table only
  UniqueFd counters_;    ///< the map of maps, one for each slot of the table
  Mapped table_;
  uint32_t target_program_ = 0;
  uint32_t target_function_ = 0;
};

} // namespace xdpstats
