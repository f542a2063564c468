// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/loader.h"

#include "pinning/info_record.h"
#include "pinning/pin_path.h"
#include "tests/support/value_or_throw.h"

namespace xdpstats::test {

Command loader(Command args) {
  args.insert(args.begin(), XDP_STATS_LOAD);
  return args;
}

Finished load(const Command &args) { return run(loader(args)); }

std::string load_well(const Command &args) { return run_or_throw(loader(args)); }

Counters pinned_counters(const std::string &device) {
  return value_or_throw(
      value_or_throw(StatsMap::open(PinPath(kDefaultPinRoot, device).stats_map)).read());
}

xdp_stats_info pinned_info(const std::string &device) {
  return value_or_throw(
      value_or_throw(InfoMap::open(PinPath(kDefaultPinRoot, device).info_map)).read());
}

} // namespace xdpstats::test
