// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-faults: makes every system call of every task fail in turn, kills it there, renames or
// removes its device there, and looks at what must hold afterwards.
#include <CLI/CLI.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <random>

#include "tests/faults/trial.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

struct Options {
  std::string task;
  std::string fault;
  unsigned long at = 0;
  unsigned seconds = 0;
  unsigned seed = 0;
  bool special = false;
  bool list = false;
};

class Sweep {
public:
  explicit Sweep(const Options &options) : options_(options) {
    for (Task &task : tasks_of_this_kernel()) {
      const bool wanted = options.task.empty() || options.task == task.name;
      if (wanted && (!options.special || task.needs != Task::Needs::kNothing)) {
        tasks_.push_back(std::move(task));
      }
    }
    for (const Fault fault : kFaults) {
      if (options.fault.empty() || options.fault == name_of(fault)) {
        faults_.push_back(fault);
      }
    }
  }

  int run() {
    if (tasks_.empty() || faults_.empty()) {
      std::cerr << "xdp-stats-faults: this kernel has no such task or fault\n";
      return 2;
    }
    if (options_.list) {
      for (const Task &task : tasks_) {
        std::cout << task.name << '\n';
      }
      return 0;
    }
    options_.seconds != 0 ? sample() : sweep();
    std::printf("%lu trials, %lu hit a call, %lu broke an invariant\n", trials_, hits_, broken_);
    return broken_ == 0 && hits_ > 0 ? 0 : 1;
  }

private:
  // Every call, until a run passes untouched. For collectd, which calls for ever: its first ones.
  void sweep() {
    for (const Task &task : tasks_) {
      for (const Fault fault : faults_) {
        unsigned long at = options_.at != 0 ? options_.at : 1;
        while (applies(task, fault) && try_one(task, fault, at) && options_.at == 0 && at < kMost) {
          ++at;
        }
      }
    }
  }

  // Random calls, until the time is over.
  void sample() {
    std::printf("seed %u\n", options_.seed);
    std::mt19937 random(options_.seed);
    std::map<std::string, unsigned long> calls;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options_.seconds);
    for (size_t turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
      const Task &task = tasks_[turn % tasks_.size()];
      const Fault fault = faults_[random() % faults_.size()];
      // A trial of collectd takes as long as ten others.
      const bool seldom = task.kind == Task::Kind::kAgent && turn / tasks_.size() % 10 != 9;
      if (!applies(task, fault) || (seldom && options_.task.empty())) {
        continue;
      }
      unsigned long &known = calls[task.name];
      if (known == 0) {
        known = std::min(kMost, try_fault(machine_, task, fault, 0).calls);
      }
      try_one(task, fault, 1 + random() % std::max(known, 1UL));
    }
  }

  // Whether the run came to that call.
  bool try_one(const Task &task, Fault fault, unsigned long at) {
    const Trial trial = try_fault(machine_, task, fault, at);
    ++trials_;
    hits_ += trial.was_hit() ? 1 : 0;
    if (!trial.broken.empty()) {
      ++broken_;
      std::printf("BROKEN %s, %s at call %lu (%s); repeat: %s --task %s --fault %s --at %lu\n",
                  task.name.c_str(), name_of(fault), at, trial.hit.c_str(), program(),
                  task.name.c_str(), name_of(fault), at);
      for (const std::string &what : trial.broken) {
        std::printf("  - %s\n", what.c_str());
      }
      std::printf("  it said: %s\n", trial.said.c_str());
    } else if (options_.at != 0) {
      std::printf("%s, %s at call %lu (%s): well\n  it said: %s\n", task.name.c_str(),
                  name_of(fault), at, trial.hit.c_str(), trial.said.c_str());
    }
    std::fflush(stdout);
    return trial.was_hit();
  }

  static const char *program() { return "build/bin/tests/xdp-stats-faults"; }

  static constexpr unsigned long kMost = 1500;

  const Options &options_;
  Machine machine_;
  std::vector<Task> tasks_;
  std::vector<Fault> faults_;
  unsigned long trials_ = 0;
  unsigned long hits_ = 0;
  unsigned long broken_ = 0;
};

int sweep_faults(int argc, char **argv) {
  Options options;
  CLI::App app("Lets each system call of xdp-stats fail, and looks at what is left. Without "
               "options: every call of every task.");
  app.add_option("--task", options.task, "this one alone (see --list)");
  app.add_option("--fault", options.fault, "error, kill, rename or remove alone");
  app.add_option("--at", options.at, "this call alone");
  app.add_option("--seconds", options.seconds, "random calls, for so long");
  app.add_option("--seed", options.seed, "of the random calls");
  app.add_flag("--special", options.special,
               "only tasks that need a dispatcher or tracing, which not every kernel has");
  app.add_flag("--list", options.list, "print the tasks that this kernel can run");
  CLI11_PARSE(app, argc, argv);
  if (::geteuid() != 0) {
    std::puts("[  SKIPPED ] needs root: it makes network namespaces and loads BPF programs");
    return in_lab() ? 1 : 0;
  }
  // Everything happens in a namespace of its own.
  if (std::getenv("XDP_STATS_IN_NAMESPACE") == nullptr) {
    std::vector<char *> command = {const_cast<char *>(IN_NAMESPACE)};
    command.insert(command.end(), argv, argv + argc + 1);
    ::execv(command[0], command.data());
    std::perror(IN_NAMESPACE);
    return 1;
  }
  return Sweep(options).run();
}

} // namespace
} // namespace xdpstats::test

int main(int argc, char **argv) { return xdpstats::test::sweep_faults(argc, argv); }
