// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observer_table.h"

#include <atomic>

namespace xdpstats {
namespace {

constexpr uint32_t kMask = OBSERVER_SLOTS - 1;
static_assert((OBSERVER_SLOTS & kMask) == 0);

void store(__u64 &place, uint64_t key) {
  static_assert(std::atomic_ref<__u64>::is_always_lock_free);
  std::atomic_ref<__u64>(place).store(key, std::memory_order_release);
}

void store(observer_table &table, uint32_t slot, uint64_t key) { store(table.keys[slot], key); }

} // namespace

bool slot_is_used(const observer_table &table, uint32_t slot) {
  return table.keys[slot] != OBSERVER_EMPTY && table.keys[slot] != OBSERVER_REMOVED;
}

std::optional<uint32_t> find_slot(const observer_table &table, uint64_t key) {
  uint32_t slot = observer_first_slot(key);
  for (uint32_t probe = 0; probe < OBSERVER_PROBES; ++probe, slot = (slot + 1) & kMask) {
    if (table.keys[slot] == key) {
      return slot;
    }
    if (table.keys[slot] == OBSERVER_EMPTY) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<uint32_t> find_free_slot(const observer_table &table, uint64_t key) {
  uint32_t slot = observer_first_slot(key);
  for (uint32_t probe = 0; probe < OBSERVER_PROBES; ++probe, slot = (slot + 1) & kMask) {
    if (!slot_is_used(table, slot)) {
      return slot;
    }
  }
  return std::nullopt;
}

void occupy_slot(observer_table &table, uint32_t slot, uint64_t key) { store(table, slot, key); }

void set_own(observer_table &table, uint64_t key) { store(table.own, key); }

void vacate_slot(observer_table &table, uint32_t slot) {
  if (table.keys[(slot + 1) & kMask] != OBSERVER_EMPTY) {
    store(table, slot, OBSERVER_REMOVED);
    return;
  }
  // No search continues behind this slot, so searches may end here, and at removed keys before it.
  do {
    store(table, slot, OBSERVER_EMPTY);
    slot = (slot - 1) & kMask;
  } while (table.keys[slot] == OBSERVER_REMOVED);
}

} // namespace xdpstats
