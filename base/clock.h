// SPDX-License-Identifier: BSD-2-Clause
// The two clocks that times are told by.
#pragma once

#include <cstdint>

namespace xdpstats {

/// CLOCK_REALTIME in ns since 1970 UTC: the clock of the info record's times.
[[nodiscard]] uint64_t realtime_ns();

/// CLOCK_BOOTTIME in ns: the clock of bpf_prog_info.load_time.
[[nodiscard]] uint64_t boot_time_ns();

} // namespace xdpstats
