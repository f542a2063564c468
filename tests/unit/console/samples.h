// SPDX-License-Identifier: BSD-2-Clause
// Samples for the formatters; every field has a value that is chosen here.
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats::test {

inline constexpr uint64_t kMax = UINT64_MAX;
// 2026-11-22 14:53:02 UTC
inline constexpr uint64_t kCreated = 1'795'359'182'000'000'000;

/// Packets 2, 3, 5, 7, 11 and bytes 13, 17, 19, 23, 29, by the number of the action.
inline constexpr Counters kPrimes = {xdp_stats_record{2, 13}, {3, 17}, {5, 19}, {7, 23}, {11, 29}};

/// A map that somebody else pinned.
inline DeviceSample foreign_sample(const std::string &name, const Counters &counters = kPrimes) {
  DeviceSample sample;
  sample.name = name;
  sample.counters = counters;
  sample.map_id = 41;
  return sample;
}

/// A device that is being counted by the built-in counter.
inline DeviceSample counted_sample(const std::string &name, const Counters &counters = kPrimes) {
  DeviceSample sample = foreign_sample(name, counters);
  xdp_stats_info info = {};
  info.mode = XDP_STATS_MODE_BUILTIN;
  info.attach_mode = XDP_STATS_ATTACH_NATIVE;
  info.ifindex = 3;
  info.netdev_program_id = 31;
  info.counted_program_id = 37;
  info.created_at = kCreated;
  info.attached_at = kCreated + 1;
  name.copy(info.device, sizeof(info.device) - 1);
  std::string("xdp_stats").copy(info.program, sizeof(info.program) - 1);
  sample.info = info;
  sample.verdict = {CountingState::kCounting, ""};
  return sample;
}

/// The same device, with the verdict that it is not counted now.
inline DeviceSample sample_in_state(const std::string &name, CountingState state,
                                    const std::string &reason) {
  DeviceSample sample = counted_sample(name);
  sample.verdict = {state, reason};
  return sample;
}

/// What each of the first `cpus` CPUs has counted: packets and bytes of drop alone, from 1 and 1009
/// on. Their sums are the sample's.
inline DeviceSample split_sample(const std::string &name, uint32_t cpus) {
  DeviceSample sample = counted_sample(name, Counters{});
  sample.per_cpu = true;
  auto &all = sample.cpus.emplace();
  for (uint32_t cpu = 0; cpu < cpus; ++cpu) {
    Counters counters = {};
    counters[XDP_DROP] = {cpu + 1, cpu + 1009};
    all.push_back({cpu, counters});
    sample.counters[XDP_DROP].packets += cpu + 1;
    sample.counters[XDP_DROP].bytes += cpu + 1009;
  }
  return sample;
}

/// Frames lost for each kind of reason.
inline Losses lost_frames() {
  return {{XDP_TX, XDP_STATS_LOST_EXCEPTION, 1009},
          {XDP_REDIRECT, -EOPNOTSUPP, 5003},
          {XDP_REDIRECT, XDP_STATS_LOST_UNSENT, 11},
          {XDP_REDIRECT, -4000, 3}};
}

/// A round that read these, and had no trouble.
inline Snapshot snapshot_of(std::vector<DeviceSample> samples) {
  return {std::move(samples), {}, std::nullopt};
}

} // namespace xdpstats::test
