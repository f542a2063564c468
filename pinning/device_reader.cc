// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/device_reader.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// A descriptor for each device must not use up the 1,024 that a process has by default: info maps
// beyond these are opened and closed each time.
constexpr size_t kMaxKept = 256;

// bpffs gives every pin an inode number of its own from a counter of 32 bits; the time tells a
// number apart that came round again.
bool same_pin(const struct stat &one, const struct stat &other) {
  return one.st_ino == other.st_ino && one.st_dev == other.st_dev &&
         one.st_ctim.tv_sec == other.st_ctim.tv_sec && one.st_ctim.tv_nsec == other.st_ctim.tv_nsec;
}

Result<DeviceSample> read_counters(const std::string &name, const std::string &path) {
  const auto map = StatsMap::open(path);
  if (!map) {
    return Failure(map.error());
  }
  const auto counters = map->read();
  if (!counters) {
    return Failure(counters.error());
  }
  DeviceSample sample;
  sample.name = name;
  sample.counters = *counters;
  sample.map_id = map->id();
  sample.read_at = std::chrono::steady_clock::now();
  return sample;
}

} // namespace

Result<NetworkView> read_network_view() {
  auto devices = read_netdevs();
  if (!devices) {
    return Failure(devices.error());
  }
  const auto inode = own_netns_inode();
  if (!inode) {
    return Failure(inode.error());
  }
  return NetworkView{std::move(*devices), *inode};
}

CountingVerdict judge_counting(const xdp_stats_info &info, const Result<NetworkView> &network) {
  if (!network) {
    return {CountingState::kUnknown, network.error().message};
  }
  const auto netdev = network->devices.find(info.device);
  return judge_counting(
      info, netdev == network->devices.end() ? std::nullopt : std::optional(netdev->second),
      network->netns_inode);
}

Result<std::vector<std::string>> DeviceReader::list() {
  auto devices = list_pinned_devices(pin_root_);
  if (devices) {
    std::erase_if(kept_, [&devices](const auto &kept) {
      return !std::binary_search(devices->begin(), devices->end(), kept.first);
    });
  }
  return devices;
}

Result<DeviceSample> DeviceReader::read(const std::string &device,
                                        const Result<NetworkView> &network) {
  const PinPath pins(pin_root_, device);
  auto sample = read_counters(device, pins.stats_map);
  if (!sample) {
    kept_.erase(device);
    return sample;
  }
  const auto info = read_info(device, pins.info_map);
  if (!info) {
    sample->verdict.reason = info.error().message;
    return sample;
  }
  sample->info = *info;
  sample->verdict = judge_counting(*info, network);
  return sample;
}

Result<xdp_stats_info> DeviceReader::read_info(const std::string &device, const std::string &path) {
  // A kept descriptor goes on reading the old map when the pin is replaced, and for ever says what
  // was true then. Looking at the pin is cheaper than opening it anew.
  struct stat pin = {};
  if (::stat(path.c_str(), &pin) != 0) {
    kept_.erase(device);
    return os_failure("cannot open '" + path + "'", errno);
  }
  if (const auto kept = kept_.find(device); kept != kept_.end()) {
    if (same_pin(kept->second.pin, pin)) {
      return kept->second.map.read();
    }
    kept_.erase(kept);
  }
  auto map = InfoMap::open(path);
  if (!map) {
    return Failure(map.error());
  }
  const auto record = map->read();
  if (record && kept_.size() < kMaxKept) {
    kept_.emplace(device, KeptInfo{pin, std::move(*map)});
  }
  return record;
}

Result<DeviceSample> read_foreign_map(const std::string &label, const std::string &path) {
  return read_counters(label, path);
}

} // namespace xdpstats
