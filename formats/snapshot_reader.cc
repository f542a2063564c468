// SPDX-License-Identifier: BSD-2-Clause
#include "formats/snapshot_reader.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/text.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// If the pin root does not exist, nothing is pinned. It is an error only if the pin root could not
// exist at all, because the nearest directory above it is not in a BPF file system.
Result<void> check_root_can_exist(const std::string &pin_root) {
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::absolute(pin_root, ignored);
  while (path.has_relative_path() && !std::filesystem::exists(path, ignored)) {
    path = path.parent_path();
  }
  return check_bpffs(path.string());
}

} // namespace

Snapshot SnapshotReader::collect() {
  Snapshot snapshot;
  std::optional<CpuLists> cpus;
  if (selection_.per_cpu) {
    auto lists = read_cpu_lists();
    if (!lists) {
      snapshot.problems.push_back(lists.error());
      return snapshot;
    }
    cpus = std::move(*lists);
  }
  collect_devices(snapshot, cpus ? &*cpus : nullptr);
  collect_maps(snapshot, cpus ? &*cpus : nullptr);
  return snapshot;
}

void SnapshotReader::collect_devices(Snapshot &snapshot, const CpuLists *cpus) {
  const bool chosen = !selection_.devices.empty();
  auto devices = chosen ? Result<std::vector<std::string>>(selection_.devices) : reader_.list();
  if (!devices) {
    snapshot.problems.push_back(devices.error());
    return;
  }
  if (!chosen) {
    std::sort(devices->begin(), devices->end(), natural_less);
  }
  const Result<NetworkView> network = devices->empty() ? NetworkView() : reader_.look_around();
  std::vector<Error> missing;
  for (const auto &device : *devices) {
    auto sample = reader_.read(device, network, cpus);
    if (sample) {
      // The counters are good; that nobody knows who counts must not pass in silence.
      if (sample->info_error) {
        snapshot.problems.push_back(*sample->info_error);
      }
      if (sample->losses_error) {
        snapshot.problems.push_back(*sample->losses_error);
      }
      snapshot.samples.push_back(std::move(*sample));
    } else if (sample.error().code != ENOENT) {
      snapshot.problems.push_back(sample.error());
    } else if (chosen) {
      missing.push_back({"no counters are pinned for '" + device + "'",
                         "xdp-stats-load --dev " + device + " --pin", ENOENT});
    }
    // Otherwise it was removed after it had been listed.
  }
  if (!network && !snapshot.samples.empty()) {
    snapshot.problems.push_back(network.error());
  }
  if (missing.empty() && !(snapshot.samples.empty() && snapshot.problems.empty())) {
    return;
  }
  if (const auto possible = check_root_can_exist(selection_.pin_root); !possible) {
    // Somebody who asks only for other maps need not have a pin root.
    if (chosen || selection_.maps.empty()) {
      snapshot.problems.push_back(possible.error());
    }
    return;
  }
  snapshot.problems.insert(snapshot.problems.end(), missing.begin(), missing.end());
  if (!chosen) {
    snapshot.remark = Error{"no device is pinned in '" + selection_.pin_root + "'",
                            "xdp-stats-load --dev DEVICE --pin", 0};
  }
}

void SnapshotReader::collect_maps(Snapshot &snapshot, const CpuLists *cpus) const {
  for (const auto &[label, path] : selection_.maps) {
    const auto same_name = [&label = label](const DeviceSample &sample) {
      return printable(sample.name) == label;
    };
    // Prometheus refuses a whole scrape in which two series have the same name.
    if (std::any_of(snapshot.samples.begin(), snapshot.samples.end(), same_name)) {
      snapshot.problems.push_back(
          {"cannot show '" + path + "' as '" + label + "': a device of this name is shown",
           "give the map another label", 0});
      continue;
    }
    auto sample = read_foreign_map(label, path, cpus);
    if (sample) {
      snapshot.samples.push_back(std::move(*sample));
    } else {
      snapshot.problems.push_back(sample.error());
    }
  }
}

} // namespace xdpstats
