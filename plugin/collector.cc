// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/collector.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "base/text.h"

namespace xdpstats {
namespace {

// How many devices that are gone are remembered, so that their return can be reported. The limit is
// for a host that makes a veth pair for each container: their names must not fill collectd's
// memory.
constexpr size_t kMaxMissing = 1024;

} // namespace

Collector::Collector(Config config, std::unique_ptr<Sources> sources)
    : config_(std::move(config)), sources_(std::move(sources)) {
  for (const auto &device : config_.interfaces.expected()) {
    watch_of(device);
  }
  for (const auto &map : config_.maps) {
    map_watches_.emplace_back(map.label, "the counters of map '" + map.label + "'", true);
  }
}

Interval Collector::collect() {
  ++interval_number_;
  Interval interval;
  collect_devices(interval);
  collect_maps(interval);
  return interval;
}

void Collector::collect_devices(Interval &interval) {
  auto devices = sources_->list();
  tell_once(root_failure_, devices ? nullptr : &devices.error(),
            "'" + config_.pin_root + "' can be read again", interval.events);
  if (!devices) {
    return; // this says nothing about the devices: none of them is called gone
  }
  std::erase_if(*devices,
                [this](const std::string &device) { return !config_.interfaces.selects(device); });
  if (!devices->empty()) {
    const auto network = sources_->network();
    tell_once(network_failure_, network ? nullptr : &network.error(),
              "the network devices can be listed again", interval.events);
    for (const auto &device : *devices) {
      collect_device(device, network, interval);
    }
  }
  miss_unlisted(*devices, interval.events);
  forget_oldest_missing();
}

void Collector::collect_device(const std::string &device, const Result<NetworkView> &network,
                               Interval &interval) {
  DeviceWatch &entry = watch_of(device);
  Watch &watch = entry.watch;
  auto sample = sources_->read(device, network);
  if (!sample) {
    watch.on_failure(sample.error().code == ENOENT ? no_pin(device) : sample.error(),
                     interval.events);
    return;
  }
  entry.last_read = interval_number_;
  watch.on_reading(interval.events);
  if (network) { // otherwise the verdict is the same for all, and has been reported once
    watch.on_verdict(sample->verdict, sample->read_at, interval.events);
  }
  interval.samples.push_back(std::move(*sample));
}

void Collector::collect_maps(Interval &interval) {
  // Labels must differ from the names of devices. Two maps never have the same label.
  std::set<std::string> taken;
  for (const auto &sample : interval.samples) {
    taken.insert(printable(sample.name));
  }
  for (size_t i = 0; i < config_.maps.size(); ++i) {
    const auto &map = config_.maps[i];
    auto sample = taken.contains(map.label)
                      ? failure("a device has this name", "give the map another label")
                      : sources_->read_foreign(map.label, map.path);
    if (!sample) {
      map_watches_[i].on_failure(sample.error(), interval.events);
      continue;
    }
    map_watches_[i].on_reading(interval.events);
    interval.samples.push_back(std::move(*sample));
  }
}

void Collector::miss_unlisted(const std::vector<std::string> &selected, Events &events) {
  for (auto &[device, entry] : devices_) {
    if (entry.last_read != interval_number_ && // otherwise it was read
        !std::binary_search(selected.begin(), selected.end(), device)) {
      entry.watch.on_failure(no_pin(device), events);
    }
  }
}

void Collector::forget_oldest_missing() {
  std::vector<std::pair<uint64_t, std::string>> missing; // oldest first once sorted
  std::erase_if(devices_, [&missing](const auto &item) {
    const auto &[device, entry] = item;
    if (entry.watch.missing() && !entry.watch.expected()) {
      missing.emplace_back(entry.last_read, device);
    }
    return entry.watch.untouched();
  });
  if (missing.size() > kMaxMissing) {
    std::sort(missing.begin(), missing.end());
    missing.resize(missing.size() - kMaxMissing);
    for (const auto &[last_read, device] : missing) {
      devices_.erase(device);
    }
  }
}

Collector::DeviceWatch &Collector::watch_of(const std::string &device) {
  if (const auto found = devices_.find(device); found != devices_.end()) {
    return found->second;
  }
  const bool by_name = config_.interfaces.expected().contains(device);
  return devices_
      .emplace(device, DeviceWatch{Watch(device, "the counters of '" + device + "'", by_name)})
      .first->second;
}

Error Collector::no_pin(const std::string &device) const {
  return {"none are pinned below '" + config_.pin_root + "'",
          "xdp-stats-load --dev " + device + " --pin", ENOENT};
}

void Collector::tell_once(std::string &told, const Error *error, const std::string &well,
                          Events &events) {
  const std::string now = error == nullptr ? "" : error->message;
  if (now == told) {
    return;
  }
  if (error == nullptr) {
    events.push_back({EventKind::kInfo, "", well});
  } else {
    const std::string hint = error->hint.empty() ? "" : " (hint: " + error->hint + ")";
    events.push_back({EventKind::kWarning, "", error->message + hint});
  }
  told = now;
}

} // namespace xdpstats
