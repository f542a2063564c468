// SPDX-License-Identifier: BSD-2-Clause
#include "base/clock.h"

#include <ctime>

namespace xdpstats {
namespace {

uint64_t now_ns(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(now.tv_nsec);
}

} // namespace

uint64_t realtime_ns() { return now_ns(CLOCK_REALTIME); }

uint64_t boot_time_ns() { return now_ns(CLOCK_BOOTTIME); }

} // namespace xdpstats
