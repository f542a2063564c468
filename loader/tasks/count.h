// SPDX-License-Identifier: BSD-2-Clause
// The loader's two changes to the world: begin to count a device, and stop.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "loader/options.h"

namespace xdpstats {

/// What was done, as a sentence for the user, and what else is worth knowing.
struct Outcome {
  std::string done;
  std::vector<std::string> notes;
};

/// Counts `device` as the options say and pins the counters; does nothing where that is so already.
/// On failure the device, its programs and its pins are as before.
[[nodiscard]] Result<Outcome> count_device(const Options &options, const std::string &device);

/// Detaches what is ours from `device` and removes its pins. The device may be gone.
[[nodiscard]] Result<Outcome> unload_device(const Options &options, const std::string &device);

} // namespace xdpstats
