// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observer.h"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <utility>

#include "loader/observe/observer_table.h"
#include "loader/system/program_info.h"
#include "pinning/stats_map.h"

namespace xdpstats {
namespace {

// That of 0.1.0.
constexpr __u32 kSmallestTable = offsetof(observer_table, own);

} // namespace

void Observer::Unmap::operator()(observer_table *table) const { ::munmap(table, size); }

Result<Observer> Observer::attach(ObserverCode &code, const std::string &device,
                                  const ObserveTarget &target, const CountersMap &counters) {
  auto link = code.attach(device, target, counters);
  if (!link) {
    return Failure(link.error());
  }
  return from_link(std::move(*link), "new observer");
}

Result<std::optional<Observer>> Observer::open(const std::string &path) {
  UniqueFd link(bpf_obj_get(path.c_str()));
  if (!link.valid()) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    return os_failure("cannot open '" + path + "'", errno);
  }
  auto opened = from_link(std::move(link), "'" + path + "'");
  if (!opened) {
    return Failure(opened.error());
  }
  return std::optional(std::move(*opened));
}

Result<Observer> Observer::from_link(UniqueFd link, const std::string &name) {
  const auto info = link_by_fd(link.get());
  if (!info || info->type != BPF_LINK_TYPE_TRACING) {
    return failure(name + " is no observer of xdp-stats");
  }
  Observer opened;
  opened.link_ = std::move(link);
  opened.target_program_ = info->tracing.target_obj_id;
  opened.target_function_ = info->tracing.target_btf_id;
  const auto program = program_by_id(info->prog_id);
  if (!program) {
    return Failure(program.error());
  }
  if (auto maps = opened.open_maps(program->map_ids); !maps) {
    return Failure(maps.error());
  }
  if (!opened.table_ || !opened.counters_.valid()) {
    return failure(name + " is no observer of this version of xdp-stats");
  }
  return opened;
}

Result<void> Observer::open_maps(const std::vector<uint32_t> &ids) {
  for (const uint32_t id : ids) {
    UniqueFd map(bpf_map_get_fd_by_id(id));
    if (!map.valid()) {
      return os_failure("cannot open a map of an observer", errno);
    }
    const auto info = map_info(map.get(), "map " + std::to_string(id));
    if (!info) {
      return Failure(info.error());
    }
    if (info->type == BPF_MAP_TYPE_ARRAY_OF_MAPS && info->max_entries == OBSERVER_SLOTS) {
      counters_ = std::move(map);
    } else if (info->type == BPF_MAP_TYPE_ARRAY && info->value_size >= kSmallestTable) {
      has_own_ = info->value_size >= sizeof(observer_table);
      void *memory =
          ::mmap(nullptr, info->value_size, PROT_READ | PROT_WRITE, MAP_SHARED, map.get(), 0);
      if (memory == MAP_FAILED) {
        return os_failure("cannot map the device table of an observer", errno);
      }
      table_ = Mapped(static_cast<observer_table *>(memory), Unmap{info->value_size});
    } else if (check_stats_layout(*info, "")) {
      own_counters_ = std::move(map);
      own_map_ = id;
    }
  }
  return {};
}

uint32_t Observer::map_in(uint32_t slot) const {
  uint32_t id = 0;
  return bpf_map_lookup_elem(counters_.get(), &slot, &id) == 0 ? id : 0;
}

ObserverKeys Observer::keys_of(uint32_t map_id) const {
  ObserverKeys keys;
  if (own_map_ == map_id && own() != OBSERVER_EMPTY) {
    keys.push_back(own());
  }
  for (uint32_t slot = 0; slot < OBSERVER_SLOTS; ++slot) {
    if (slot_is_used(*table_, slot) && map_in(slot) == map_id) {
      keys.push_back(table_->keys[slot]);
    }
  }
  return keys;
}

bool Observer::is_alone(uint32_t map_id) const {
  if (own() != OBSERVER_EMPTY && own_map_ != map_id) {
    return false;
  }
  for (uint32_t slot = 0; slot < OBSERVER_SLOTS; ++slot) {
    if (slot_is_used(*table_, slot) && map_in(slot) != map_id) {
      return false;
    }
  }
  return true;
}

bool Observer::has_room(const ObserverKeys &keys) const {
  // Reserve one after the other in a copy, because keys of one device may want the same slots.
  observer_table trial = {};
  std::copy(std::begin(table_->keys), std::end(table_->keys), std::begin(trial.keys));
  return std::all_of(keys.begin(), keys.end(), [&trial](uint64_t key) {
    if (find_slot(trial, key)) {
      return true;
    }
    const auto slot = find_free_slot(trial, key);
    if (slot) {
      occupy_slot(trial, *slot, key);
    }
    return slot.has_value();
  });
}

Result<void> Observer::add(const ObserverKeys &keys, int counters) {
  const auto info = map_info(counters, "counters");
  if (!info) {
    return Failure(info.error());
  }
  for (const uint64_t key : keys) {
    if (auto added = add_one(key, counters, info->id); !added) {
      return added;
    }
  }
  return {};
}

// In each order of steps, a frame that comes meanwhile finds one map for its device: the place of
// its own is looked at before the table.
Result<void> Observer::add_one(uint64_t key, int counters, uint32_t map_id) {
  const auto present = find_slot(*table_, key);
  if (has_own_ && own_map_ == map_id && (own() == OBSERVER_EMPTY || own() == key)) {
    set_own(*table_, key);
    return present ? vacate(*present) : Result<void>{};
  }
  const auto slot = present ? present : find_free_slot(*table_, key);
  if (!slot) {
    return os_failure("cannot observe one more device", ENOSPC);
  }
  // Write the counters before the key: a device that is found must have counters.
  if (bpf_map_update_elem(counters_.get(), &*slot, &counters, BPF_ANY) != 0) {
    return os_failure("cannot hand the counters to the observer", errno);
  }
  if (!present) {
    occupy_slot(*table_, *slot, key);
  }
  if (own() == key) {
    set_own(*table_, OBSERVER_EMPTY);
  }
  return {};
}

Result<void> Observer::remove(uint32_t map_id, const ObserverKeys &kept) {
  const auto goes = [&kept](uint64_t key) {
    return std::find(kept.begin(), kept.end(), key) == kept.end();
  };
  if (own_map_ == map_id && own() != OBSERVER_EMPTY && goes(own())) {
    set_own(*table_, OBSERVER_EMPTY);
    if (auto waited = wait_for_frames(); !waited) {
      return waited;
    }
  }
  for (uint32_t slot = 0; slot < OBSERVER_SLOTS; ++slot) {
    if (slot_is_used(*table_, slot) && map_in(slot) == map_id && goes(table_->keys[slot])) {
      if (auto vacated = vacate(slot); !vacated) {
        return vacated;
      }
    }
  }
  return {};
}

Result<void> Observer::vacate(uint32_t slot) {
  vacate_slot(*table_, slot);
  // Deleting from a map of maps waits until no program that may have seen the key still runs.
  if (bpf_map_delete_elem(counters_.get(), &slot) != 0) {
    return os_failure("cannot take the counters from the observer", errno);
  }
  return {};
}

// Until no program that may have seen the former keys still runs: as vacate(), in a slot that has
// no key.
Result<void> Observer::wait_for_frames() {
  uint32_t slot = 0;
  while (slot < OBSERVER_SLOTS && slot_is_used(*table_, slot)) {
    ++slot;
  }
  const int counters = own_counters_.get();
  if (slot == OBSERVER_SLOTS) {
    return os_failure("cannot wait for the observer: its table is full", ENOSPC);
  }
  if (bpf_map_update_elem(counters_.get(), &slot, &counters, BPF_ANY) != 0 ||
      bpf_map_delete_elem(counters_.get(), &slot) != 0) {
    return os_failure("cannot wait for the observer", errno);
  }
  return {};
}

Result<void> Observer::pin(const std::string &path) const {
  if (bpf_obj_pin(link_.get(), path.c_str()) != 0) {
    return os_failure("cannot pin the observer at '" + path + "'", errno);
  }
  return {};
}

} // namespace xdpstats
