// SPDX-License-Identifier: BSD-2-Clause
// read_stats PATH: prints the counters of a pinned map, for tests that read with other privileges.
#include <cstdio>

#include "pinning/stats_map.h"

int main(int argc, char **argv) {
  if (argc != 2) {
    return 2;
  }
  const auto map = xdpstats::StatsMap::open(argv[1]);
  const auto counters =
      map ? map->read() : xdpstats::Result<xdpstats::Counters>(xdpstats::Failure(map.error()));
  if (!counters) {
    std::fprintf(stderr, "read_stats: %s\n", counters.error().message.c_str());
    return 1;
  }
  for (const auto &record : *counters) {
    std::printf("%llu %llu\n", static_cast<unsigned long long>(record.packets),
                static_cast<unsigned long long>(record.bytes));
  }
  return 0;
}
