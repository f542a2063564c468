// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-bench packet|wire|reading|loading: measures one section and prints it as JSON. Run it
// by tests/bench/run, which makes a table of all.
#include <bpf/libbpf.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>

#include "tests/bench/report.h"

int main(int argc, char **argv) {
  using namespace xdpstats::bench;
  const std::map<std::string, Report (*)()> sections = {{"packet", bench_packet},
                                                        {"wire", bench_wire},
                                                        {"reading", bench_reading},
                                                        {"loading", bench_loading}};
  const auto section = argc == 2 ? sections.find(argv[1]) : sections.end();
  if (section == sections.end()) {
    std::cerr << "usage: xdp-stats-bench packet|wire|reading|loading\n";
    return 2;
  }
  if (::geteuid() != 0 || std::getenv("XDP_STATS_IN_NAMESPACE") == nullptr) {
    std::cerr << "xdp-stats-bench: needs root and a namespace of its own: run tests/bench/run\n";
    return 1;
  }
  try {
    libbpf_set_print(nullptr);
    std::cout << section->second().json().dump(2) << std::endl;
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "xdp-stats-bench: " << argv[1] << ": " << error.what() << '\n';
    return 1;
  }
}
