// SPDX-License-Identifier: BSD-2-Clause
// Stop counting a device.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "loader/tasks/outcome.h"

namespace xdpstats {

/// Detaches what is ours from `device` and removes its pins. The device may be gone.
[[nodiscard]] Result<Outcome> unload_device(const std::string &pin_root, const std::string &device);

/// Removes the pins of those devices that are gone for good, and leaves the others alone.
[[nodiscard]] Result<Outcome> forget_devices(const std::string &pin_root,
                                             const std::vector<std::string> &devices);

} // namespace xdpstats
