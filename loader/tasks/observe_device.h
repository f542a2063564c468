// SPDX-License-Identifier: BSD-2-Clause
// --observe: count the verdicts of the XDP program that is on the device already.
#pragma once

#include "base/result.h"
#include "loader/tasks/count.h"
#include "loader/tasks/counter_change.h"

namespace xdpstats {

/// A program of ours that runs in the device's chain gives way to the observer.
[[nodiscard]] Result<Outcome> observe_device(const CountRequest &request, CounterChange &change);

} // namespace xdpstats
