// SPDX-License-Identifier: BSD-2-Clause
// What is counted, and by whom.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "pinning/device_reader.h"

namespace xdpstats {

struct DeviceStatus {
  DeviceSample sample; ///< the verdict refined by what privilege lets us see
  std::string map_path;
  MapKind map_kind = MapKind::kPerCpu;
  bool keeps_program = false; ///< an observer keeps a program loaded that no longer decides here
  bool followed = false;      ///< a follower lives
};

/// The status of one device; fails if it is not pinned (code ENOENT) or its pins cannot be read.
/// `network` is taken once for all devices.
[[nodiscard]] Result<DeviceStatus> device_status(const std::string &pin_root,
                                                 const std::string &device,
                                                 const Result<NetworkView> &network);

/// Some lines for people, or one object of JSON, without a final newline.
[[nodiscard]] std::string status_text(const DeviceStatus &status);
[[nodiscard]] std::string status_json(const std::vector<DeviceStatus> &statuses);

} // namespace xdpstats
