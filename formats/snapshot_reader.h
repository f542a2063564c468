// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats {

/// A map of our layout that somebody else pinned, and the label to show it under.
struct ForeignMap {
  std::string label;
  std::string path;
};

struct Selection {
  std::string pin_root;
  std::vector<std::string> devices; ///< empty: all that are pinned
  std::vector<ForeignMap> maps;     ///< in addition
  bool per_cpu = false;             ///< whether counters are split over CPUs
};

/// Takes snapshots of what is pinned.
class SnapshotReader {
public:
  explicit SnapshotReader(Selection selection)
      : selection_(std::move(selection)), reader_(selection_.pin_root) {}

  [[nodiscard]] Snapshot collect();

private:
  void collect_devices(Snapshot &snapshot, const CpuLists *cpus);
  void collect_maps(Snapshot &snapshot, const CpuLists *cpus) const;

  Selection selection_;
  DeviceReader reader_;
};

} // namespace xdpstats
