// SPDX-License-Identifier: BSD-2-Clause
// The table by which an observer tells devices apart, as user space changes it: one atomic store
// at a time, while the observer reads. Writers exclude each other by the pin root's lock.
#pragma once

#include <cstdint>
#include <optional>

#include "bpf/observer.h"

namespace xdpstats {

/// Whether this slot holds a device.
[[nodiscard]] bool slot_is_used(const observer_table &table, uint32_t slot);

/// The slot of a key, nullopt if it is not there.
[[nodiscard]] std::optional<uint32_t> find_slot(const observer_table &table, uint64_t key);

/// A slot where a key that is not there may be put; nullopt if all within reach are taken.
[[nodiscard]] std::optional<uint32_t> find_free_slot(const observer_table &table, uint64_t key);

/// Puts a key into a free slot. From here on the observer counts the device.
void occupy_slot(observer_table &table, uint32_t slot, uint64_t key);

/// Takes a key out. An observer that is running may still have seen it.
void vacate_slot(observer_table &table, uint32_t slot);

/// Gives the place of its own to this key, or, with OBSERVER_EMPTY, to none.
void set_own(observer_table &table, uint64_t key);

} // namespace xdpstats
