// SPDX-License-Identifier: BSD-2-Clause
// The counters' map: opening it by path, checking that it is one, reading all actions at once.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/xdp_stats.bpf.h"

namespace xdpstats {

inline constexpr size_t kActionCount = XDP_STATS_ACTIONS;

/// The names of enum xdp_action, indexed by its numbers; what every output of ours calls an action.
inline constexpr std::array<const char *, kActionCount> kActionNames = {"aborted", "drop", "pass",
                                                                        "tx", "redirect"};
static_assert(XDP_ABORTED == 0 && XDP_DROP == 1 && XDP_PASS == 2 && XDP_TX == 3 &&
              XDP_REDIRECT == 4);

/// One record for each action, summed over all CPUs, indexed by the action's number.
using Counters = std::array<xdp_stats_record, kActionCount>;

/// Whether counters are kept for each CPU or shared with atomic adds.
enum class MapKind { kPerCpu, kShared };

/// Sums `actions` records for each of `cpus` CPUs, laid out as the kernel returns them: CPUs of the
/// first action, CPUs of the second, and so on. Wraps at 2^64 as the counters themselves do.
[[nodiscard]] Counters sum_over_cpus(const xdp_stats_record *values, size_t cpus);

class StatsMap {
public:
  /// Opens the map pinned at `path` read-only and checks that it has our layout: PERCPU_ARRAY or
  /// ARRAY, 4-byte key, 16-byte value, at least five entries. Each way to be wrong has its own
  /// message.
  [[nodiscard]] static Result<StatsMap> open(const std::string &path);

  /// Takes over a map that is open already, after the same checks; `name` is for messages.
  [[nodiscard]] static Result<StatsMap> adopt(UniqueFd fd, const std::string &name);

  /// All five actions by one BPF_MAP_LOOKUP_BATCH, or by single lookups where the kernel has none
  /// for this map.
  [[nodiscard]] Result<Counters> read() const;

  [[nodiscard]] MapKind kind() const { return kind_; }
  /// The kernel's id of the map: changes when the pin is replaced by another map.
  [[nodiscard]] uint32_t id() const { return id_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  StatsMap(UniqueFd fd, MapKind kind, uint32_t id, std::string path);

  UniqueFd fd_;
  MapKind kind_;
  uint32_t id_;
  std::string path_;
};

/// Opens what is pinned at `path`, read-only; map_info() tells whether it is a map. Fails with code
/// ENOENT if there is no pin.
[[nodiscard]] Result<UniqueFd> open_pinned_map(const std::string &path);

/// Kernel information about a map. Fails if it has no 4-byte key and is no map at all. `path` is
/// for the message.
[[nodiscard]] Result<bpf_map_info> map_info(int fd, const std::string &path);

/// Whether a map with this information can serve as xdp_stats_map; the error says what is wrong
/// with it.
[[nodiscard]] Result<MapKind> check_stats_layout(const bpf_map_info &info, const std::string &path);

} // namespace xdpstats
