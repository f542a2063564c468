// SPDX-License-Identifier: BSD-2-Clause
#include "tests/faults/trial.h"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>

#include "pinning/pin_path.h"
#include "tests/agent/agent.h"
#include "tests/support/files.h"
#include "tests/support/machine_state.h"
#include "tests/support/probe.h"
#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using Kind = Task::Kind;

constexpr int kKilled = 128 + 9;

struct Attempt {
  const Task &task;
  Fault fault;
  unsigned long at;
};

std::string report_file() { return "/tmp/xdp-stats-fault." + std::to_string(::getpid()); }

// Libraries are loaded before the commands begin; what fails there is not ours.
std::string first_call(const Task &task) {
  if (task.kind == Kind::kAgent) {
    return "/xdp_stats.so";
  }
  return task.command.front().ends_with("xdp-stats") ? "/sys/fs/bpf/" : "capset";
}

Command injection(const Attempt &attempt) {
  Command command = {INJECT,
                     "--report",
                     report_file(),
                     "--at",
                     std::to_string(attempt.at),
                     "--from",
                     first_call(attempt.task)};
  switch (attempt.fault) {
  case Fault::kError:
    command.emplace_back("--error");
    break;
  case Fault::kKill:
    command.emplace_back("--kill");
    break;
  case Fault::kRename:
    // Before Linux 6.2 the kernel renames no device that is up.
    command.insert(command.end(), {"--run", "ip link set va down && ip link set va name vr && "
                                            "ip link set vr up"});
    break;
  case Fault::kRemove:
    command.insert(command.end(), {"--run", "ip link del va"});
    break;
  }
  return command;
}

Command injected(const Attempt &attempt) {
  Command command = injection(attempt);
  command.insert(command.end(), attempt.task.command.begin(), attempt.task.command.end());
  return command;
}

bool is_counting() {
  const Finished status = run(loader({"--dev", "va", "--status"}), {}, run_limit());
  return status.status == 0 && status.out.starts_with("va: counting");
}

// Ends a follower when it counts, or has had the time to.
Finished run_follower(const Attempt &attempt) {
  Process process(injected(attempt));
  static_cast<void>(holds_in_time([&] { return !process.running() || is_counting(); },
                                  std::chrono::seconds(in_lab() ? 60 : 5)));
  process.signal(SIGTERM);
  return process.wait(run_limit());
}

void read_report(Trial &trial) {
  std::ifstream file(report_file());
  file >> trial.calls;
  std::getline(file >> std::ws, trial.hit);
  if (!file && trial.hit.empty()) {
    trial.hit = "nothing";
  }
}

// What a message may say of what stands after a failure.
const std::regex kStands("nothing was changed|counting goes on|is counted|may be counted"
                         "|is not counted|nothing counts|no longer counted|not followed");

class Judge {
public:
  Judge(Machine &machine, const Attempt &attempt, Trial &trial)
      : machine_(machine), attempt_(attempt), trial_(trial) {}

  void judge() {
    const Task &task = attempt_.task;
    for (const Command &command : task.before) {
      run_or_throw(command);
    }
    if (task.counted) {
      require(machine_.times_counted() == 1, "not counted once before");
    }
    before_ = lasting_state();
    counted_before_ = machine_.counted().value_or(0);
    finished_ = task.kind == Kind::kFollow ? run_follower(attempt_)
                                           : run(injected(attempt_), {}, run_limit());
    trial_.said = finished_.out + finished_.err;
    read_report(trial_);
    undo_disturbance();
    look();
    if (gone()) {
      machine_.renew();
    }
    heal();
  }

private:
  void require(bool holds, const std::string &what) {
    if (!holds) {
      trial_.broken.push_back(what);
    }
  }

  [[nodiscard]] bool gone() const { return attempt_.fault == Fault::kRemove && trial_.was_hit(); }
  [[nodiscard]] bool killed() const {
    return finished_.status == kKilled || (attempt_.fault == Fault::kKill && trial_.was_hit());
  }

  void undo_disturbance() {
    if (attempt_.fault == Fault::kRename && trial_.was_hit()) {
      rename_device("vr", "va");
      // A run that met the new name has moved the pins there, and the next one moves them back.
      std::error_code absent;
      std::filesystem::rename(PinPath(kDefaultPinRoot, "vr").directory,
                              PinPath(kDefaultPinRoot, "va").directory, absent);
    }
  }

  void look() {
    require(finished_.status == 0 || finished_.status == 1 || killed(),
            "exit status " + std::to_string(finished_.status));
    require(trial_.was_hit() || finished_.status == 0, "fails though nothing happened to it");
    if (finished_.status == 1) {
      look_at_message();
    }
    if (gone()) {
      return;
    }
    const bool passive =
        attempt_.task.kind == Kind::kRead || attempt_.task.kind == Kind::kForeground;
    require(!passive || lasting_state() == before_, "something was changed");
    look_at_counting();
  }

  void look_at_message() {
    const std::string &text = finished_.err;
    require(text.find("xdp-stats-load: cannot ") != std::string::npos ||
                text.find("xdp-stats: cannot ") != std::string::npos ||
                text.find("xdp-stats-load: '") != std::string::npos,
            "the message does not tell what cannot be done");
    const bool changes = attempt_.task.kind == Kind::kCount ||
                         attempt_.task.kind == Kind::kUnload || attempt_.task.kind == Kind::kFollow;
    if (!changes) {
      return;
    }
    require(text.find('\'') != std::string::npos, "the message names no object");
    require(std::regex_search(text, kStands), "the message does not tell what stands");
    if (text.find("nothing was changed") != std::string::npos && !gone()) {
      const std::string now = lasting_state();
      require(now == before_, "\"nothing was changed\", but it was:\n" + before_ + "->\n" + now);
    }
  }

  void look_at_counting() {
    const int times = machine_.times_counted();
    require(times == 0 || times == 1, "each frame is counted " + std::to_string(times) + " times");
    const Kind kind = attempt_.task.kind;
    const bool done = finished_.status == 0 && !killed();
    if (done && (kind == Kind::kCount || kind == Kind::kFollow)) {
      require(times == 1, "done, but not counted");
    }
    if (done && kind == Kind::kUnload) {
      require(!machine_.counted(), "unloaded, but counters are left");
    }
    const bool goes_on = finished_.err.find("nothing was changed") != std::string::npos ||
                         finished_.err.find("counting goes on") != std::string::npos ||
                         (finished_.status == 0 && kind == Kind::kRead);
    if (attempt_.task.counted && goes_on && !killed()) {
      require(times == 1, "counting does not go on");
    }
    const bool lost =
        finished_.status == 1 && attempt_.task.counted && times == 0 && kind != Kind::kUnload;
    require(!lost || std::regex_search(finished_.err, std::regex("not counted|nothing counts")),
            "counting ended, and the message does not say so");
    if (!attempt_.task.resets() && kind != Kind::kUnload) {
      require(machine_.counted().value_or(attempt_.task.counted ? 0 : counted_before_) >=
                  counted_before_,
              "counts are lost");
    }
  }

  // A plain rerun does what the task is for.
  void heal() {
    const Kind kind = attempt_.task.kind;
    if (gone()) {
      for (const Command &command : attempt_.task.before) {
        if (command.front().find("xdp-stats") == std::string::npos) {
          run(command);
        }
      }
    }
    if (kind == Kind::kRead || kind == Kind::kForeground) {
      return;
    }
    const uint64_t counted = machine_.counted().value_or(0);
    const Finished again = kind == Kind::kFollow ? run_follower({attempt_.task, attempt_.fault, 0})
                                                 : run(attempt_.task.command, {}, run_limit());
    require(again.status == 0, "a rerun fails: " + again.err);
    if (kind == Kind::kUnload) {
      require(!machine_.counted(), "a rerun leaves counters");
      return;
    }
    require(is_counting(), "a rerun does not count");
    const int times = machine_.times_counted();
    require(times == 1, "after a rerun each frame is counted " + std::to_string(times) + " times");
    require(attempt_.task.resets() || machine_.counted().value_or(0) >= counted,
            "a rerun loses counts");
  }

  Machine &machine_;
  const Attempt &attempt_;
  Trial &trial_;
  std::string before_;
  uint64_t counted_before_ = 0;
  Finished finished_;
};

// The plugin gives the right values again, whatever failed once; a daemon that a fault has ended
// does so when it is started again.
void try_agent(Machine &machine, const Attempt &attempt, Trial &trial) {
  for (const Command &command : attempt.task.before) {
    run_or_throw(command);
  }
  static_cast<void>(machine.times_counted());
  const std::string before = lasting_state();
  for (const bool with_fault : {true, false}) {
    Agent agent({.run_by = with_fault ? injection(attempt) : Command{}});
    agent.start();
    bool served = false;
    try {
      uint64_t sum = 0;
      for (const auto &counter : agent.newest("va")) {
        sum += counter.packets;
      }
      served = true;
      if (sum != machine.counted()) {
        trial.broken.push_back("collectd is told " + std::to_string(sum));
      }
    } catch (const std::runtime_error &) {
    }
    const Finished ended = agent.stop();
    if (with_fault) {
      read_report(trial);
      trial.said = ended.err;
    }
    const bool died = ended.status != 0;
    if (!served && !died) {
      trial.broken.emplace_back("collectd runs, but gets no values");
    }
    if (served || !died) {
      break;
    }
  }
  if (lasting_state() != before) {
    trial.broken.emplace_back("something was changed");
  }
}

} // namespace

const char *name_of(Fault fault) {
  switch (fault) {
  case Fault::kError:
    return "error";
  case Fault::kKill:
    return "kill";
  case Fault::kRename:
    return "rename";
  case Fault::kRemove:
    return "remove";
  }
  return "";
}

bool applies(const Task &task, Fault fault) {
  return task.kind != Kind::kAgent || fault == Fault::kError;
}

Trial try_fault(Machine &machine, const Task &task, Fault fault, unsigned long at) {
  Trial trial;
  const Attempt attempt{task, fault, at};
  try {
    if (task.kind == Kind::kAgent) {
      try_agent(machine, attempt, trial);
    } else {
      Judge(machine, attempt, trial).judge();
    }
  } catch (const std::exception &error) {
    trial.broken.emplace_back(error.what());
    if (trial.hit.empty()) {
      trial.hit = "unknown";
    }
  }
  try {
    if (std::string wrong = machine.clean_up(); !wrong.empty()) {
      trial.broken.push_back(std::move(wrong));
    }
  } catch (const std::exception &error) {
    trial.broken.emplace_back(error.what());
  }
  return trial;
}

} // namespace xdpstats::test
