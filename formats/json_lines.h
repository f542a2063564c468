// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats {

/// One JSON object for each sample, a line each. Every object has the same keys; what is not known
/// of who counts is null. Counters are integers, exact to 2^64-1. `now` is ns since 1970 UTC.
[[nodiscard]] std::string render_json_lines(const std::vector<DeviceSample> &samples, uint64_t now);

} // namespace xdpstats
