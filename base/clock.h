// SPDX-License-Identifier: BSD-2-Clause
// The two clocks that we read.
#pragma once

#include <cstdint>

namespace xdpstats {

/// CLOCK_REALTIME in ns since 1970 UTC. The times in the info record are of this clock.
[[nodiscard]] uint64_t realtime_ns();

/// CLOCK_BOOTTIME in ns. bpf_prog_info.load_time is of this clock.
[[nodiscard]] uint64_t boot_time_ns();

} // namespace xdpstats
