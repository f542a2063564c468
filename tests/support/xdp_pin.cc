// SPDX-License-Identifier: BSD-2-Clause
// xdp-pin COUNT [PINROOT]: pins COUNT devices with made-up counters, to look at the output of
// xdp-stats and to time it. Run it in a bpffs of its own (tests/support/in_namespace).
#include <cstdio>
#include <exception>
#include <string>

#include "pinning/pin_path.h"
#include "tests/support/pins.h"

namespace {

using namespace xdpstats;

// Devices of all sorts: idle, filtering, balancing, observed, stopped.
Counters made_up_counters(uint64_t number) {
  Counters counters = {};
  counters[XDP_PASS] = {1'299'709 * (number % 7), 1'299'709 * (number % 7) * 811};
  if (number % 3 == 1) {
    counters[XDP_DROP] = {179'424'673 * number, 179'424'673 * number * 61};
  }
  if (number % 5 == 2) {
    counters[XDP_TX] = {32'452'843 * number, 32'452'843 * number * 97};
    counters[XDP_REDIRECT] = {15'485'863 * number, 15'485'863 * number * 1499};
  }
  if (number % 11 == 4) {
    counters[XDP_ABORTED] = {7, 7 * 64};
  }
  return counters;
}

xdp_stats_info made_up_info(const std::string &device, uint64_t number) {
  xdp_stats_info info = test::make_info(device);
  if (number % 4 == 1) {
    info.mode = XDP_STATS_MODE_OBSERVE;
    std::snprintf(info.program, sizeof(info.program), "xdp_filter_%llu",
                  static_cast<unsigned long long>(number));
    info.changes = number % 8 == 1 ? 2 : 0;
    info.uncovered_ns = info.changes * 1'234'567;
  }
  if (number % 5 == 3) {
    info.mode = XDP_STATS_MODE_PROGRAM;
    std::snprintf(info.program, sizeof(info.program), "balance");
    info.attach_mode = XDP_STATS_ATTACH_SKB;
  }
  if (number % 9 != 5) {
    info.netns_cookie = 1; // somewhere else: state unknown
  }
  return info;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: xdp-pin COUNT [PINROOT]\n");
    return 2;
  }
  try {
    const std::string root = argc == 3 ? argv[2] : kDefaultPinRoot;
    const uint64_t count = std::stoull(argv[1]);
    for (uint64_t number = 0; number < count; ++number) {
      const std::string device = number % 6 == 5 ? "eth" + std::to_string(number) + ".100"
                                                 : "eth" + std::to_string(number);
      test::pin_device(root, device, made_up_counters(number), made_up_info(device, number));
    }
  } catch (const std::exception &error) {
    std::fprintf(stderr, "xdp-pin: %s\n", error.what());
    return 1;
  }
  return 0;
}
