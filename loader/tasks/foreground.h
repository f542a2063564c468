// SPDX-License-Identifier: BSD-2-Clause
// Counting for as long as the process lives: nothing is pinned, and when the process ends, however
// it ends, the kernel takes everything away.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loader/attach/counting_object.h"
#include "loader/observe/observer.h"
#include "loader/tasks/count.h"
#include "pinning/device_reader.h"

namespace xdpstats {

class ForegroundCounter {
public:
  /// Begins to count `device` with the source that is asked for.
  [[nodiscard]] static Result<ForegroundCounter> start(const CountRequest &request,
                                                       const std::string &device);

  /// The counters now, and whether they are still the device's.
  [[nodiscard]] Result<DeviceSample> sample(const Result<NetworkView> &network) const;

private:
  ForegroundCounter(StatsMap map, std::string device)
      : map_(std::move(map)), device_(std::move(device)) {}
  Result<void> attach(const CountRequest &request, CountingObject &object,
                      const CountersMap &counters);
  Result<void> observe(const CountersMap &counters);

  StatsMap map_;
  std::string device_;
  UniqueFd link_;                    ///< of the attached program
  std::optional<Observer> observer_; ///< or this
  xdp_stats_info info_ = {};
};

} // namespace xdpstats
