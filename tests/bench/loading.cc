// SPDX-License-Identifier: BSD-2-Clause
// How long the loader takes from its start to its end, when the devices are counted.
#include <chrono>
#include <set>
#include <stdexcept>

#include "base/netdev.h"
#include "tests/bench/devices.h"
#include "tests/bench/report.h"
#include "tests/support/loader.h"

namespace xdpstats::bench {
namespace {

constexpr unsigned kRounds = 9;

test::Command task_for(size_t devices, const std::string &task) {
  test::Command command = {task};
  for (size_t number = 0; number < devices; ++number) {
    command.insert(command.end(), {"--dev", "eth" + std::to_string(number)});
  }
  return command;
}

std::set<uint32_t> programs_attached() {
  std::set<uint32_t> ids;
  const NetdevTable table = read_netdevs().value();
  for (const auto &[name, device] : table) {
    if (device.program_id != 0) {
      ids.insert(device.program_id);
    }
  }
  return ids;
}

struct Loading {
  double wall_ms;
  double cpu_ms;
};

Loading load(size_t devices) {
  const double cpu_before = children_cpu_ns();
  const auto begin = std::chrono::steady_clock::now();
  test::load_well(task_for(devices, "--pin"));
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
  const Loading loading = {wall.count(), (children_cpu_ns() - cpu_before) / 1e6};
  if (programs_attached().empty()) {
    throw std::logic_error("the loader attached nothing");
  }
  test::load_well(task_for(devices, "--unload"));
  return loading;
}

} // namespace

Report bench_loading() {
  Report report("Loading: from the loader's start to its end, when all devices are counted");
  constexpr size_t kMany = 100;
  add_devices(0, kMany);
  std::map<size_t, Series> cpu;
  std::vector<Case> cases;
  for (const size_t devices : {size_t{1}, kMany}) {
    cases.push_back({std::to_string(devices), [devices, &cpu] {
                       const Loading loading = load(devices);
                       cpu[devices].add(loading.cpu_ms);
                       return loading.wall_ms;
                     }});
  }
  const Measured measured = interleave(cases, kRounds);
  report.figure("one device", "ms", measured.at("1").summary());
  report.figure("one device, CPU time", "ms", cpu.at(1).summary());
  report.figure("100 devices in one call", "ms", measured.at("100").summary());
  report.figure("100 devices in one call, CPU time", "ms", cpu.at(kMany).summary());
  test::load_well(task_for(kMany, "--pin"));
  report.count("100 devices in one call: programs loaded", "",
               static_cast<double>(programs_attached().size()));
  report.claim("100 devices in one call, seconds", (measured.at("100") / 1e3).summary(),
               Bound::kAtMost, 3);
  return report;
}

} // namespace xdpstats::bench
