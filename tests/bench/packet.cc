// SPDX-License-Identifier: BSD-2-Clause
// What a way of counting adds to each frame of an XDP program that does nothing. Measured by test
// runs of the program, in CPU time of the thread, which excludes whatever else the machine does.
#include <bpf/bpf.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <limits>
#include <system_error>
#include <thread>

#include "bare.skel.h"
#include "builtin_percpu.skel.h"
#include "builtin_percpu_fast.skel.h"
#include "builtin_shared.skel.h"
#include "builtin_shared_fast.skel.h"
#include "tests/bench/report.h"
#include "tests/bench/way.h"
#include "tests/support/probe.h"
#include "ways.skel.h"

namespace xdpstats::bench {
namespace {

constexpr unsigned kRounds = 81;
constexpr int kRepeat = 1'000'000;
constexpr int kParts = 5;

void run_once(int program, const std::vector<char> &frame, int repeat) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .repeat = repeat);
  if (const int error = bpf_prog_test_run_opts(program, &options); error != 0) {
    throw std::system_error(-error, std::generic_category(), "cannot run a program");
  }
}

// The lowest of several parts, because a disturbance can only add to a part.
double cpu_ns_per_packet(int program, const std::vector<char> &frame, int parts) {
  double least = std::numeric_limits<double>::infinity();
  for (int part = 0; part < parts; ++part) {
    const double before = thread_cpu_ns();
    run_once(program, frame, kRepeat / parts);
    least = std::min(least, (thread_cpu_ns() - before) / (kRepeat / parts));
  }
  return least;
}

void stay_on_cpu(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (::sched_setaffinity(0, sizeof(set), &set) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot choose a CPU");
  }
}

// The time of each CPU is measured while all others count, too: a thread that is done goes on until
// all are done.
double on_all_cpus(int program, const std::vector<char> &frame) {
  const unsigned cpus = std::thread::hardware_concurrency();
  std::barrier start(static_cast<std::ptrdiff_t>(cpus));
  std::atomic<unsigned> done = 0;
  std::vector<double> costs(cpus);
  std::vector<std::thread> threads;
  for (unsigned cpu = 0; cpu < cpus; ++cpu) {
    threads.emplace_back([&, cpu] {
      stay_on_cpu(cpu);
      start.arrive_and_wait();
      costs[cpu] = cpu_ns_per_packet(program, frame, 1); // contention is part of the result
      for (++done; done < cpus;) {
        run_once(program, frame, kRepeat / 50);
      }
    });
  }
  double sum = 0;
  for (unsigned cpu = 0; cpu < cpus; ++cpu) {
    threads[cpu].join();
    sum += costs[cpu];
  }
  return sum / cpus;
}

// Loaded again for each measurement: where the JIT places a program makes a difference of half a
// nanosecond.
double measure(const Way &way, size_t size, bool all_cpus) {
  const std::vector<char> frame(size);
  const LoadedWay loaded(way);
  run_once(loaded.program(), frame, kRepeat / 20);
  return all_cpus ? on_all_cpus(loaded.program(), frame)
                  : cpu_ns_per_packet(loaded.program(), frame, kParts);
}

struct Contest {
  size_t size;
  bool all_cpus;
  std::string name;
};

std::vector<Way> ways(bool fast) {
  return {
      {"empty", bare__elf_bytes, "bare"},
      {"xdp-stats, per CPU", fast ? builtin_percpu_fast__elf_bytes : builtin_percpu__elf_bytes,
       "xdp_stats"},
      {"xdp-stats, --map array", fast ? builtin_shared_fast__elf_bytes : builtin_shared__elf_bytes,
       "xdp_stats"},
      {"per CPU, data_end - data", ways__elf_bytes, "linear"},
      {"per CPU, helper for the length", ways__elf_bytes, "helper"},
      {"array, atomic adds", ways__elf_bytes, "atomic"},
      {"one program for all devices", ways__elf_bytes, "one_for_all"},
  };
}

} // namespace

Report bench_packet() {
  Report report("Each packet: nanoseconds added to an empty program");
  const auto kfunc = test::has_cast_to_kern_ctx();
  if (!kfunc.supported) {
    report.missing("the cheap way to a frame's length", kfunc.reason);
  }
  const std::vector<Contest> contests = {{64, false, "64 bytes, one CPU"},
                                         {1500, false, "1500 bytes, one CPU"},
                                         {9000, false, "9000 bytes in fragments, one CPU"},
                                         {64, true, "64 bytes, all CPUs at once"}};
  for (const auto &contest : contests) {
    std::vector<Case> cases;
    for (const auto &way : ways(kfunc.supported)) {
      cases.push_back(
          {way.name, [way, &contest] { return measure(way, contest.size, contest.all_cpus); }});
    }
    const Measured measured = interleave(cases, kRounds);
    const Series &empty = measured.at("empty");
    report.figure(contest.name + ": empty program, with the test run itself", "ns",
                  empty.summary());
    const auto added = [&](const std::string &way) { return (measured.at(way) - empty).summary(); };
    for (const auto &one : cases) {
      if (one.name != "empty") {
        report.figure(contest.name + ": " + one.name, "ns", added(one.name));
      }
    }
    const auto added_ratio = [&](const std::string &one, const std::string &other) {
      return ratio(measured.at(one) - empty, measured.at(other) - empty);
    };
    if (contest.all_cpus) {
      report.claim("all CPUs: array with atomic adds / xdp-stats",
                   added_ratio("array, atomic adds", "xdp-stats, per CPU"), Bound::kAtLeast, 4);
    } else if (contest.size != 9000) {
      const std::string size = std::to_string(contest.size) + " bytes: ";
      report.claim(size + "xdp-stats / data_end - data",
                   added_ratio("xdp-stats, per CPU", "per CPU, data_end - data"), Bound::kAtMost,
                   1.2);
      report.claim(size + "xdp-stats / helper for the length",
                   added_ratio("xdp-stats, per CPU", "per CPU, helper for the length"),
                   Bound::kAtMost, 0.2);
    }
  }
  return report;
}

} // namespace xdpstats::bench
