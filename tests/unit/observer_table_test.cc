// SPDX-License-Identifier: BSD-2-Clause
// The device table, searched as the observer searches it, while user space changes it.
#include "loader/observe/observer_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>

namespace xdpstats {
namespace {

// As bpf/observer.bpf.c does.
bool observer_finds(const observer_table &table, uint64_t key) {
  uint32_t slot = observer_first_slot(key);
  for (uint32_t probe = 0; probe < OBSERVER_PROBES; ++probe) {
    if (table.keys[slot] == key) {
      return true;
    }
    if (table.keys[slot] == OBSERVER_EMPTY) {
      return false;
    }
    slot = (slot + 1) % OBSERVER_SLOTS;
  }
  return false;
}

TEST(ObserverTable, DevicesOfOneNamespaceNeverCrowd) {
  const auto table = std::make_unique<observer_table>();
  for (uint32_t ifindex = 1; ifindex <= OBSERVER_SLOTS; ++ifindex) {
    const uint64_t key = observer_key(0x1234567890, ifindex);
    const auto slot = find_free_slot(*table, key);
    ASSERT_TRUE(slot);
    EXPECT_EQ(*slot, observer_first_slot(key));
    occupy_slot(*table, *slot, key);
  }
  EXPECT_FALSE(find_free_slot(*table, observer_key(0x1234567890, OBSERVER_SLOTS + 1)));
}

TEST(ObserverTable, KeysOfTheSameFirstSlotLieSideBySide) {
  const auto table = std::make_unique<observer_table>();
  for (uint32_t i = 0; i < OBSERVER_PROBES; ++i) {
    const uint64_t key = observer_key(1, OBSERVER_SLOTS - 1 + i * OBSERVER_SLOTS);
    const auto slot = find_free_slot(*table, key);
    ASSERT_TRUE(slot);
    EXPECT_EQ(*slot, (observer_first_slot(key) + i) % OBSERVER_SLOTS) << "wraps at the end";
    occupy_slot(*table, *slot, key);
    EXPECT_EQ(find_slot(*table, key), slot);
  }
  EXPECT_FALSE(find_free_slot(*table, observer_key(1, 63 * OBSERVER_SLOTS - 1)));
}

TEST(ObserverTable, RemovedKeysLeaveNoTraceWhereNoSearchGoesOn) {
  const auto table = std::make_unique<observer_table>();
  for (const uint32_t slot : {5U, 6U, 7U}) {
    occupy_slot(*table, slot, observer_key(1, 77 + slot));
  }
  vacate_slot(*table, 5);
  EXPECT_EQ(table->keys[5], OBSERVER_REMOVED);
  vacate_slot(*table, 7);
  EXPECT_EQ(table->keys[7], OBSERVER_EMPTY);
  EXPECT_EQ(table->keys[5], OBSERVER_REMOVED);
  vacate_slot(*table, 6);
  EXPECT_EQ(table->keys[6], OBSERVER_EMPTY);
  EXPECT_EQ(table->keys[5], OBSERVER_EMPTY);
}

TEST(ObserverTable, FindsExactlyWhatIsThereAfterAnyChanges) {
  std::mt19937_64 random(20261122);
  const auto table = std::make_unique<observer_table>();
  std::set<uint64_t> present;
  for (int step = 0; step < 20000; ++step) {
    // Only a few first slots, so that the keys collide.
    const auto ifindex = static_cast<uint32_t>(1 + random() % 40 + OBSERVER_SLOTS * (random() % 4));
    const uint64_t key = observer_key(1 + random() % 3, ifindex);
    if (present.contains(key)) {
      vacate_slot(*table, *find_slot(*table, key));
      present.erase(key);
    } else if (const auto slot = find_free_slot(*table, key)) {
      ASSERT_FALSE(slot_is_used(*table, *slot));
      occupy_slot(*table, *slot, key);
      present.insert(key);
    }
    ASSERT_EQ(observer_finds(*table, key), present.contains(key));
    ASSERT_EQ(find_slot(*table, key).has_value(), present.contains(key));
    if (step % 100 == 0) {
      for (const uint64_t other : present) {
        ASSERT_TRUE(observer_finds(*table, other));
      }
    }
  }
}

} // namespace
} // namespace xdpstats
