// SPDX-License-Identifier: BSD-2-Clause
// A device as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats {

using Json = nlohmann::ordered_json;

/// What both commands say about a device. Every object has the same keys; what is not known about
/// who counts is null. If the sample was split over the CPUs, each action has the key "cpus".
/// Counters are integers, exact to 2^64-1. Names are valid UTF-8.
[[nodiscard]] Json json_of(const DeviceSample &sample);

/// One JSON object for each sample, each on a line of its own: "time", which is `now` in ns since
/// 1970 UTC, and what json_of returns.
[[nodiscard]] std::string render_json_lines(const std::vector<DeviceSample> &samples, uint64_t now);

} // namespace xdpstats
