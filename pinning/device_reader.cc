// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/device_reader.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace xdpstats {
namespace {

// The kernel notes the time of a change with the resolution of the timer tick: a second change
// within the same tick would not be visible. If a directory has been the same for longer than any
// tick, there was no such change.
constexpr std::chrono::seconds kSettled{1};

// In bpffs, every directory has an inode number of its own, from a counter of 32 bits. The
// directory's time changes when something in it is pinned, renamed or removed; the writers of the
// info record touch it, too.
bool is_unchanged(const struct stat &before, const struct stat &now) {
  return before.st_ino == now.st_ino && before.st_dev == now.st_dev &&
         before.st_ctim.tv_sec == now.st_ctim.tv_sec &&
         before.st_ctim.tv_nsec == now.st_ctim.tv_nsec;
}

bool is_settled(std::chrono::steady_clock::time_point since) {
  return std::chrono::steady_clock::now() - since >= kSettled;
}

// We leave a quarter of the descriptors that this process may have to others: 256 of the usual
// 1,024. A new descriptor gets the lowest number that is free. We ask for the limit each time, as
// it can be changed.
bool may_keep(int fd) {
  rlimit limit = {};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<rlim_t>(fd) < limit.rlim_cur / 4 * 3;
}

Result<xdp_stats_info> read_info(const std::string &path) {
  const auto map = InfoMap::open(path);
  return map ? map->read() : Failure(map.error());
}

Result<SplitCounters> read_counters_of(const StatsMap &map, const CpuLists *cpus) {
  if (cpus == nullptr) {
    const auto sums = map.read();
    return sums ? SplitCounters{*sums, std::nullopt} : Result<SplitCounters>(Failure(sums.error()));
  }
  auto split = map.read_split(cpus->possible);
  if (split && split->cpus) {
    // Many machines could have ten times the CPUs that they have.
    std::erase_if(*split->cpus, [cpus](const CpuCounters &one) {
      return !has_counted(one.counters) &&
             !std::binary_search(cpus->online.begin(), cpus->online.end(), one.cpu);
    });
  }
  return split;
}

Result<DeviceSample> sample_of(const StatsMap &map, const std::string &name, const CpuLists *cpus) {
  auto counters = read_counters_of(map, cpus);
  if (!counters) {
    return Failure(counters.error());
  }
  DeviceSample sample;
  sample.name = name;
  sample.counters = counters->sums;
  sample.per_cpu = cpus != nullptr;
  sample.cpus = std::move(counters->cpus);
  sample.map_id = map.id();
  sample.read_at = std::chrono::steady_clock::now();
  return sample;
}

// Who counts, whether anybody still does, and the device's present name.
void judge(DeviceSample &sample, const xdp_stats_info &info, const Result<NetworkView> &network) {
  sample.info = info;
  sample.verdict = judge_counting(info, network);
  if (auto name = present_name(info, network)) {
    sample.name = std::move(*name);
  }
}

} // namespace

Result<std::vector<std::string>> DeviceReader::list() {
  struct stat root = {};
  const bool exists = ::stat(pin_root_.c_str(), &root) == 0;
  if (!exists || !is_unchanged(listed_, root)) {
    listed_ = root;
    listed_since_ = std::chrono::steady_clock::now();
    devices_.reset();
  }
  if (devices_) {
    return *devices_;
  }
  root_.reset(::open(pin_root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto devices = list_pinned_devices(pin_root_);
  // Keep no more than are listed: at most one that is gone for each new one, until the new ones
  // have been read.
  if (devices && kept_.size() > devices->size()) {
    std::erase_if(kept_, [&devices](const auto &kept) {
      return !std::binary_search(devices->begin(), devices->end(), kept.first);
    });
  }
  if (devices && exists && is_settled(listed_since_)) {
    devices_ = *devices;
  }
  return devices;
}

Result<NetworkView> DeviceReader::look_around() {
  whole_.reset();
  std::vector<uint32_t> ifindexes;
  for (const auto &[device, kept] : kept_) {
    if (kept.info) {
      ifindexes.push_back(kept.info->ifindex);
    }
  }
  return network_.look_at(ifindexes);
}

const Result<NetworkView> &DeviceReader::whole(const Result<NetworkView> &network) {
  if (!network || network->whole) {
    return network;
  }
  if (!whole_) {
    whole_ = network_.look();
  }
  return *whole_;
}

DeviceReader::Kept &DeviceReader::look_at(const std::string &device) {
  auto found = kept_.find(device);
  if (found == kept_.end()) {
    found = kept_.emplace(device, Kept(PinPath(pin_root_, device))).first;
  }
  Kept &kept = found->second;
  // Relative to the pin root, which takes half the time; an absolute path if nothing was listed.
  const size_t begin = root_.valid() ? kept.pins.root.size() + 1 : 0;
  struct stat directory = {};
  // If the directory does not exist, opening a file in it gives the error.
  const bool exists =
      ::fstatat(root_.get(), kept.pins.directory.c_str() + begin, &directory, 0) == 0;
  if (!exists || !is_unchanged(kept.directory, directory)) {
    kept.directory = directory;
    kept.since = std::chrono::steady_clock::now();
    kept.stats.reset();
    kept.info.reset();
    kept.losses.reset();
  }
  return kept;
}

bool DeviceReader::Kept::settled() const { return is_settled(since); }

Result<DeviceSample> DeviceReader::read(const std::string &device,
                                        const Result<NetworkView> &network, const CpuLists *cpus) {
  Kept &kept = look_at(device);
  auto counters = read_counters(device, kept, cpus);
  if (!counters) {
    return counters;
  }
  auto sample = read_who_counts(std::move(*counters), kept, network);
  if (sample && sample->info && (sample->info->flags & XDP_STATS_INFO_LOSSES) != 0) {
    read_losses(*sample, kept);
  }
  return sample;
}

Result<DeviceSample> DeviceReader::read_who_counts(DeviceSample sample, Kept &kept,
                                                   const Result<NetworkView> &network) {
  if (kept.info) {
    judge(sample, *kept.info, network);
    if (sample.verdict.state == CountingState::kCounting) {
      return sample;
    }
    kept.info.reset(); // read the record again if something is wrong
  }
  const auto info = read_info(kept.pins.info_map);
  if (!info) {
    // Unloaded between the two readings: then there are no counters either.
    if (info.error().code == ENOENT && ::access(kept.pins.stats_map.c_str(), F_OK) != 0) {
      return Failure(info.error());
    }
    sample.info.reset();
    sample.verdict = {CountingState::kUnknown, info.error().message};
    sample.info_error = info.error();
    return sample;
  }
  judge(sample, *info, whole(network));
  if (sample.verdict.state == CountingState::kCounting && kept.settled()) {
    kept.info = *info;
  }
  return sample;
}

void DeviceReader::read_losses(DeviceSample &sample, Kept &kept) {
  std::optional<LossesMap> opened;
  if (!kept.losses) {
    auto map = LossesMap::open(kept.pins.losses_map);
    if (!map) {
      sample.losses_error = map.error();
      return;
    }
    (kept.settled() && may_keep(map->fd()) ? kept.losses : opened) = std::move(*map);
  }
  auto losses = (kept.losses ? kept.losses : opened)->read();
  if (losses) {
    sample.losses = std::move(*losses);
  } else {
    sample.losses_error = losses.error();
  }
}

Result<DeviceSample> DeviceReader::read_counters(const std::string &device, Kept &kept,
                                                 const CpuLists *cpus) {
  if (kept.stats) {
    return sample_of(*kept.stats, device, cpus);
  }
  auto map = StatsMap::open(kept.pins.stats_map);
  if (!map) {
    return Failure(map.error());
  }
  auto sample = sample_of(*map, device, cpus);
  if (sample && kept.settled() && may_keep(map->fd())) {
    kept.stats = std::move(*map);
  }
  return sample;
}

Result<DeviceSample> read_foreign_map(const std::string &label, const std::string &path,
                                      const CpuLists *cpus) {
  const auto map = StatsMap::open(path);
  if (!map) {
    return Failure(map.error());
  }
  return sample_of(*map, label, cpus);
}

} // namespace xdpstats
