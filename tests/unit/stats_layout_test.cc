// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

#include "pinning/stats_map.h"

namespace xdpstats {
namespace {

TEST(SumOverCpus, AddsEachActionOverAllCpus) {
  constexpr size_t kCpus = 3;
  std::array<xdp_stats_record, kActionCount *kCpus> values = {};
  for (size_t action = 0; action < kActionCount; ++action) {
    for (size_t cpu = 0; cpu < kCpus; ++cpu) {
      // All values differ, so that a mix-up of places gives a wrong sum.
      const uint64_t weight = uint64_t{1} << (action * kCpus + cpu);
      values[action * kCpus + cpu] = {weight, weight << 20U};
    }
  }
  const Counters sums = sum_over_cpus(values.data(), kCpus);
  for (size_t action = 0; action < kActionCount; ++action) {
    EXPECT_EQ(sums[action].packets, uint64_t{7} << (action * kCpus)) << kActionNames[action];
    EXPECT_EQ(sums[action].bytes, uint64_t{7} << (action * kCpus + 20)) << kActionNames[action];
  }
}

TEST(SumOverCpus, WithOneCpuIsTheRecordsThemselves) {
  const std::array<xdp_stats_record, kActionCount> values = {
      {{2, 120}, {3, 180}, {5, 300}, {7, 420}, {11, 660}}};
  const Counters sums = sum_over_cpus(values.data(), 1);
  for (size_t action = 0; action < kActionCount; ++action) {
    EXPECT_EQ(sums[action].packets, values[action].packets);
    EXPECT_EQ(sums[action].bytes, values[action].bytes);
  }
}

TEST(SumOverCpus, WrapsAsTheCountersDo) {
  std::array<xdp_stats_record, kActionCount * 2> values = {};
  values[0] = {std::numeric_limits<uint64_t>::max(), std::numeric_limits<uint64_t>::max()};
  values[1] = {3, 5};
  const Counters sums = sum_over_cpus(values.data(), 2);
  EXPECT_EQ(sums[0].packets, 2U);
  EXPECT_EQ(sums[0].bytes, 4U);
}

bpf_map_info layout() {
  bpf_map_info info = {};
  info.type = BPF_MAP_TYPE_PERCPU_ARRAY;
  info.key_size = 4;
  info.value_size = 16;
  info.max_entries = 5;
  return info;
}

TEST(CheckStatsLayout, TakesBothKindsAndMoreEntries) {
  bpf_map_info info = layout();
  EXPECT_EQ(check_stats_layout(info, "/p").value(), MapKind::kPerCpu);
  info.type = BPF_MAP_TYPE_ARRAY;
  info.max_entries = 6;
  EXPECT_EQ(check_stats_layout(info, "/p").value(), MapKind::kShared);
}

struct WrongLayout {
  const char *name;
  void (*spoil)(bpf_map_info &);
  const char *message;
};

void PrintTo(const WrongLayout &test, std::ostream *out) { *out << test.name; }

class CheckStatsLayoutRefuses : public testing::TestWithParam<WrongLayout> {};

TEST_P(CheckStatsLayoutRefuses, NamingWhatIsWrong) {
  bpf_map_info info = layout();
  GetParam().spoil(info);
  const auto kind = check_stats_layout(info, "/p");
  ASSERT_FALSE(kind);
  EXPECT_EQ(kind.error().message,
            std::string("'/p' is not a map of xdp-stats: its ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Each, CheckStatsLayoutRefuses,
    testing::Values(WrongLayout{"Type", [](bpf_map_info &map) { map.type = BPF_MAP_TYPE_HASH; },
                                "type is hash, not percpu_array or array"},
                    WrongLayout{"UnknownType", [](bpf_map_info &map) { map.type = 9973; },
                                "type is 9973, not percpu_array or array"},
                    WrongLayout{"KeySize", [](bpf_map_info &map) { map.key_size = 8; },
                                "key size is 8, not 4"},
                    WrongLayout{"SmallValue", [](bpf_map_info &map) { map.value_size = 8; },
                                "value size is 8, not 16"},
                    WrongLayout{"LargeValue", [](bpf_map_info &map) { map.value_size = 24; },
                                "value size is 24, not 16"},
                    WrongLayout{"Entries", [](bpf_map_info &map) { map.max_entries = 4; },
                                "number of entries is 4, not 5 or more"}),
    [](const auto &test) { return test.param.name; });

} // namespace
} // namespace xdpstats
