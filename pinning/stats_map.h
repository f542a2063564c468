// SPDX-License-Identifier: BSD-2-Clause
// The map of the counters: opening it by its path, checking that it is one, reading all actions at
// once.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/xdp_stats.bpf.h"

namespace xdpstats {

inline constexpr size_t kActionCount = XDP_STATS_ACTIONS;

/// The names of enum xdp_action, indexed by its numbers. All our outputs use these names.
inline constexpr std::array<const char *, kActionCount> kActionNames = {"aborted", "drop", "pass",
                                                                        "tx", "redirect"};
static_assert(XDP_ABORTED == 0 && XDP_DROP == 1 && XDP_PASS == 2 && XDP_TX == 3 &&
              XDP_REDIRECT == 4);

/// One record for each action, summed over all CPUs, indexed by the action's number.
using Counters = std::array<xdp_stats_record, kActionCount>;

/// Whether anything was counted.
[[nodiscard]] bool has_counted(const xdp_stats_record &record);
[[nodiscard]] bool has_counted(const Counters &counters);

/// What one CPU counted.
struct CpuCounters {
  uint32_t cpu = 0;
  Counters counters = {};
};

/// Counters of one instant, as a whole and for each CPU.
struct SplitCounters {
  Counters sums = {};
  /// Every possible CPU, ascending; nullopt: all CPUs share the counters.
  std::optional<std::vector<CpuCounters>> cpus;
};

/// Whether each CPU has its own counters, or all share them with atomic adds.
enum class MapKind { kPerCpu, kShared };

/// Sums `actions` records for each of `cpus` CPUs, laid out as the kernel returns them: CPUs of the
/// first action, CPUs of the second, and so on. Wraps at 2^64 as the counters themselves do.
[[nodiscard]] Counters sum_over_cpus(const xdp_stats_record *values, size_t cpus);

class StatsMap {
public:
  /// Opens the map that is pinned at `path` read-only and checks that it has our layout:
  /// PERCPU_ARRAY or ARRAY, 4-byte key, 16-byte value, at least five entries. There is a message
  /// for each way in which it can be wrong.
  [[nodiscard]] static Result<StatsMap> open(const std::string &path);

  /// Takes ownership of an open map, after the same checks; `name` is for messages.
  [[nodiscard]] static Result<StatsMap> adopt(UniqueFd fd, const std::string &name);

  /// Reads all five actions with one BPF_MAP_LOOKUP_BATCH or, if the kernel does not support that
  /// for this map, with single lookups.
  [[nodiscard]] Result<Counters> read() const;

  /// The same, split. `possible` are the CPUs of CpuLists.
  [[nodiscard]] Result<SplitCounters> read_split(const std::vector<uint32_t> &possible) const;

  [[nodiscard]] MapKind kind() const { return kind_; }
  /// The kernel's id of the map. It is another one after the pin was replaced by another map.
  [[nodiscard]] uint32_t id() const { return id_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  StatsMap(UniqueFd fd, MapKind kind, uint32_t id, std::string path);

  /// As sum_over_cpus takes them.
  [[nodiscard]] Result<std::vector<xdp_stats_record>> read_values(size_t cpus) const;

  UniqueFd fd_;
  MapKind kind_;
  uint32_t id_;
  std::string path_;
};

/// Opens what is pinned at `path`, read-only; map_info() checks whether it is a map. Fails with
/// code ENOENT if there is no pin.
[[nodiscard]] Result<UniqueFd> open_pinned_map(const std::string &path);

/// The kernel's information about a map. Fails if this is not a map at all, which is only checked
/// if there is no 4-byte key. `path` is for the message.
[[nodiscard]] Result<bpf_map_info> map_info(int fd, const std::string &path);

/// Fails, with what is wrong, if a map with this information cannot serve as xdp_stats_map.
[[nodiscard]] Result<MapKind> check_stats_layout(const bpf_map_info &info, const std::string &path);

} // namespace xdpstats
