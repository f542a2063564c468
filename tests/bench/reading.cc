// SPDX-License-Identifier: BSD-2-Clause
// What an interval of reading costs, in CPU time and system calls: for the collectd plugin, for
// xdp-stats, for what people do without us, and for the minimum that every reader has to do.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "base/fd.h"
#include "base/netdev.h"
#include "pinning/pin_path.h"
#include "pinning/stats_map.h"
#include "tests/agent/agent.h"
#include "tests/bench/devices.h"
#include "tests/bench/report.h"
#include "tests/bench/system_calls.h"
#include "tests/fake_collectd/fake_collectd.h"
#include "tests/support/files.h"
#include "tests/support/wait.h"

namespace xdpstats::bench {
namespace {

constexpr unsigned kRounds = 21;
/// bpftool is started once for each device, and each costs the same: there is no need for a
/// thousand.
constexpr size_t kMostBpftools = 20;
constexpr size_t kReadInARow = 50;
/// The limit of open files by default.
constexpr rlim_t kDefaultDescriptors = 1024;

// Runs a program to its end and drops its output.
void run_quietly(std::vector<std::string> arguments) {
  std::vector<char *> pointers;
  for (auto &argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int error = posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (error != 0 || ::waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("cannot run " + arguments[0] + " (status " + std::to_string(status) +
                             ")");
  }
}

// Open, one batch lookup, close: the minimum for the counters of a device.
void read_barely(const std::vector<std::string> &maps) {
  static std::vector<xdp_stats_record> values(kActionCount *
                                              static_cast<size_t>(libbpf_num_possible_cpus()));
  LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);
  for (const auto &path : maps) {
    const UniqueFd map(bpf_obj_get_opts(path.c_str(), &options));
    std::array<__u32, kActionCount> keys = {};
    __u32 next = 0;
    __u32 count = kActionCount;
    if (bpf_map_lookup_batch(map.get(), nullptr, &next, keys.data(), values.data(), &count,
                             nullptr) != 0 &&
        errno != ENOENT) {
      throw std::system_error(errno, std::generic_category(), "cannot read " + path);
    }
  }
}

struct Reader {
  std::string name;
  size_t devices; ///< read by one call
  std::function<void()> read;
  bool in_children;
};

// Few devices are read several times in a row: once would measure how cold the caches are.
double cpu_us(const Reader &reader) {
  const size_t times = reader.in_children ? 1 : std::max<size_t>(1, kReadInARow / reader.devices);
  const auto now = [&reader] { return reader.in_children ? children_cpu_ns() : thread_cpu_ns(); };
  const double before = now();
  for (size_t i = 0; i < times; ++i) {
    reader.read();
  }
  return (now() - before) / 1e3 / static_cast<double>(times);
}

void bench_readers(const CountedDevices &devices, SystemCalls &calls, Report &report) {
  const size_t count = devices.size();
  std::vector<std::string> maps;
  for (size_t number = 0; number < count; ++number) {
    maps.push_back(PinPath(kDefaultPinRoot, devices.name(number)).stats_map);
  }
  test::FakeCollectd agent;
  agent.discard_values(true);
  agent.configure({});
  agent.init();
  const std::vector<Reader> readers = {
      {"bare minimum", count, [&] { read_barely(maps); }, false},
      {"collectd plugin", count, [&] { agent.read(); }, false},
      {"who runs which program (rtnetlink)", count, [] { read_netdevs().value(); }, false},
      {"xdp-stats --format prometheus", count,
       [] {
         run_quietly({XDP_STATS_CONSOLE, "--format", "prometheus"});
       },
       true},
      {"bpftool -j map dump pinned", std::min(count, kMostBpftools),
       [&maps] {
         for (size_t number = 0; number < std::min(maps.size(), kMostBpftools); ++number) {
           run_quietly({"bpftool", "-j", "map", "dump", "pinned", maps[number]});
         }
       },
       true}};
  // The plugin keeps open what has not changed for a second.
  agent.read();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  std::vector<Case> cases;
  for (const auto &reader : readers) {
    cases.push_back({reader.name, [&reader] { return cpu_us(reader); }});
  }
  const Measured measured = interleave(cases, kRounds);
  const std::string prefix = std::to_string(count) + (count == 1 ? " device: " : " devices: ");
  std::map<std::string, Series> each;
  for (const auto &reader : readers) {
    each[reader.name] = measured.at(reader.name) / static_cast<double>(reader.devices);
    report.figure(prefix + reader.name + ", each", "us", each[reader.name].summary());
    const double made = calls.count(reader.read, reader.in_children);
    report.count(prefix + reader.name + ", system calls each", "",
                 made / static_cast<double>(reader.devices));
  }
  if (!agent.take_notifications().empty()) {
    throw std::logic_error("the plugin found a device that is not counted");
  }
  // For a single device, the two looks that a change takes to be seen are as long as the reading.
  report.claim(prefix + "plugin / bare minimum",
               ratio(each["collectd plugin"], each["bare minimum"]), Bound::kAtMost,
               count == 1 ? 3 : 1.3);
  report.claim(prefix + "plugin / bare minimum and rtnetlink",
               ratio(each["collectd plugin"],
                     each["bare minimum"] + each["who runs which program (rtnetlink)"]),
               Bound::kAtMost, 1.3);
  report.claim(prefix + "bpftool / plugin",
               ratio(each["bpftool -j map dump pinned"], each["collectd plugin"]), Bound::kAtLeast,
               count == 1 ? 25 : 50);
  if (count == 1000) {
    report.claim("1000 devices: an interval of the plugin, ms of CPU",
                 (measured.at("collectd plugin") / 1e3).summary(), Bound::kAtMost, 20);
  }
}

// A real agent reads a device ten thousand times, as often as possible, and writes the values.
void bench_memory(Report &report) {
  constexpr size_t kIntervals = 10'000;
  test::Agent agent({.interval = "0.002"});
  agent.start();
  const std::string status = "/proc/" + std::to_string(agent.pid()) + "/status";
  const auto resident_kb = [&status] {
    const std::string text = test::read_file(status);
    const size_t line = text.find("VmRSS:");
    return line == std::string::npos ? 0.0 : std::stod(text.substr(line + sizeof("VmRSS:")));
  };
  const auto wait_for = [&agent](size_t intervals) {
    test::wait_until(
        "collectd has read " + std::to_string(intervals) + " times",
        [&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(200)); // the file is long
          return agent.rows("eth0", "if_rx_packets-pass").size() >= intervals;
        },
        std::chrono::minutes(3));
  };
  wait_for(kIntervals / 10);
  const double before = resident_kb();
  wait_for(kIntervals / 10 + kIntervals);
  const double after = resident_kb();
  agent.stop();
  report.count("collectd's resident memory after 1,000 intervals", "kB", before);
  report.count("collectd's resident memory 10,000 intervals later", "kB", after);
  report.claim("memory of collectd after / before 10,000 intervals",
               {after / before, after / before, after / before}, Bound::kAtMost, 1.05);
}

} // namespace

Report bench_reading() {
  Report report("Reading: CPU time and system calls of one interval");
  // The usual limit of a daemon, whatever the limit of this shell is.
  rlimit descriptors = {};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  const rlimit usual = {std::min(kDefaultDescriptors, descriptors.rlim_max), descriptors.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &usual);
  SystemCalls calls;
  CountedDevices devices;
  for (const size_t count : {size_t{1}, size_t{100}, size_t{1000}}) {
    devices.grow_to(count);
    bench_readers(devices, calls, report);
    if (count == 1) {
      bench_memory(report);
    }
  }
  ::setrlimit(RLIMIT_NOFILE, &descriptors);
  return report;
}

} // namespace xdpstats::bench
