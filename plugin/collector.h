// SPDX-License-Identifier: BSD-2-Clause
// One interval's work: find the devices, read their counters, notice what changed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/config.h"
#include "plugin/sources.h"
#include "plugin/watch.h"

namespace xdpstats {

struct Interval {
  std::vector<DeviceSample> samples; ///< only of what could be read
  Events events;
};

/// Not thread-safe: collectd runs a read callback in one thread at a time.
class Collector {
public:
  Collector(Config config, std::unique_ptr<Sources> sources);

  [[nodiscard]] Interval collect();

private:
  struct DeviceWatch {
    Watch watch;
    uint64_t last_read = 0; ///< the number of the interval in which it was last read
  };

  void collect_devices(Interval &interval);
  void collect_device(const std::string &device, const Result<NetworkView> &network,
                      Interval &interval);
  void collect_maps(Interval &interval);
  void miss_unlisted(const std::vector<std::string> &selected, Events &events);
  void forget_oldest_missing();
  DeviceWatch &watch_of(const std::string &device);
  [[nodiscard]] Error no_pin(const std::string &device) const;
  void tell_once(std::string &told, const Error *error, const std::string &well, Events &events);

  Config config_;
  std::unique_ptr<Sources> sources_;
  std::map<std::string, DeviceWatch> devices_;
  std::vector<Watch> map_watches_; // of config_.maps, in the same order
  std::string root_failure_;       // the last problem reported about the pin root; empty: none
  std::string network_failure_;    // likewise about rtnetlink
  uint64_t interval_number_ = 0;
};

} // namespace xdpstats
