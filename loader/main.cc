// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load: attach an XDP program that counts, and pin its counters.
#include <sys/stat.h>

#include <csignal>
#include <utility>

#include "base/out_of_memory.h"
#include "base/stop_signals.h"
#include "display/display.h"
#include "loader/follow/follow.h"
#include "loader/follow/service_manager.h"
#include "loader/options.h"
#include "loader/report.h"
#include "loader/system/capabilities.h"
#include "loader/system/library_log.h"
#include "loader/tasks/count.h"
#include "loader/tasks/foreground.h"
#include "loader/tasks/select_devices.h"
#include "loader/tasks/status.h"
#include "loader/tasks/unload.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// SYS_ADMIN: looking at programs by id, and with it libxdp's dispatcher; PERFMON: kfuncs; CHOWN:
// --group, and whatever is written anew keeps its group; DAC_READ_SEARCH: a program file in a home
// directory that root does not own.
std::vector<cap_value_t> wanted_capabilities(const Options &options) {
  std::vector<cap_value_t> wanted = {CAP_SYS_ADMIN, CAP_CHOWN};
  if (options.task != Task::kStatus) {
    // SYS_PTRACE: the network namespaces of other processes, to find a device that was moved.
    wanted.insert(wanted.end(), {CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE});
  }
  if (options.count.source == Source::kProgram) {
    wanted.push_back(CAP_DAC_READ_SEARCH);
  }
  return wanted;
}

bool report_outcome(const Result<Outcome> &outcome, const std::string &device) {
  if (!outcome) {
    report_error(with_what_stands(outcome.error(), device));
    return false;
  }
  report_done(outcome->done);
  for (const auto &note : outcome->notes) {
    report_note(note);
  }
  return true;
}

template <typename Act> int for_each_device(const std::vector<std::string> &devices, Act act) {
  int status = kDone;
  for (const auto &device : devices) {
    if (!report_outcome(act(device), device)) {
      status = kFailed;
    }
  }
  return status;
}

// Tells of what it finds as it goes, on stdout, which a service manager keeps as its log.
void tell(const Follow::Report &report) {
  for (const auto &line : report.lines) {
    report_done(line);
  }
  for (const auto &note : report.notes) {
    report_note(note);
  }
  for (const auto &error : report.errors) {
    report_error(error);
  }
}

int run_follow(const Options &options) {
  auto follow = Follow::begin({options.count, options.devices, options.forget});
  if (!follow) {
    report_error(follow.error());
    return kFailed;
  }
  std::string told;
  for (bool ready = false, ended = false; !ended;) {
    const Follow::Report report = follow->wait();
    tell(report);
    // A service manager that is busy holds up whoever tells it the same again and again.
    if (std::string now = follow->status(); now != told) {
      notify_status(now);
      told = std::move(now);
    }
    ended = report.ended || follow->has_failed();
    if (!ended && follow->is_ready() && !std::exchange(ready, true)) {
      notify_ready();
    }
  }
  notify_stopping();
  int status = follow->has_failed() ? kFailed : kDone;
  for (const auto &error : follow->end()) {
    report_error(error);
    status = kFailed;
  }
  return status;
}

// Shows the same live table as xdp-stats --watch until a signal comes; then everything goes with
// the process.
int run_in_foreground(const Options &options) {
  std::vector<ForegroundCounter> counters;
  for (const auto &device : options.devices) {
    auto counter = ForegroundCounter::start(options.count, device);
    if (!counter) {
      report_error(counter.error());
      return kFailed;
    }
    counters.push_back(std::move(*counter));
  }
  DisplayOptions display;
  display.program = "xdp-stats-load";
  display.interval = options.interval;
  display.count = options.tables;
  return watch(
      [&counters] {
        Snapshot snapshot;
        const auto network = read_network_view();
        for (const auto &counter : counters) {
          if (auto sample = counter.sample(network)) {
            snapshot.samples.push_back(std::move(*sample));
          } else {
            snapshot.problems.push_back(sample.error());
          }
        }
        if (!network) {
          snapshot.problems.push_back(network.error());
        }
        return snapshot;
      },
      display);
}

int run_status(const Options &options) {
  std::vector<std::string> devices = options.devices;
  if (devices.empty()) {
    auto pinned = list_pinned_devices(options.pin_root);
    if (!pinned) {
      report_error(pinned.error());
      return kFailed;
    }
    devices = std::move(*pinned);
  }
  int result = kDone;
  const auto network = read_network_view();
  std::vector<DeviceStatus> statuses;
  for (const auto &device : devices) {
    if (auto status = device_status(options.pin_root, device, network)) {
      statuses.push_back(std::move(*status));
    } else if (!options.devices.empty() || status.error().code != ENOENT) {
      report_error(status.error());
      result = kFailed;
    }
    // Else it was listed, but nothing is pinned there yet, or any more.
  }
  if (options.json) {
    report_done(status_json(statuses));
  } else if (statuses.empty() && result == kDone) {
    report_note("no device is counted below " + options.pin_root);
  }
  for (const auto &status : statuses) {
    if (!options.json) {
      report_done(status_text(status));
    }
  }
  return result;
}

Result<std::vector<std::string>> devices_of(const Options &options) {
  if (options.all) {
    return list_pinned_devices(options.pin_root);
  }
  if (options.gone) {
    return gone_devices(options.pin_root);
  }
  const bool pinned = options.task == Task::kUnload || options.task == Task::kStatus;
  return select_devices(options.devices, options.pin_root,
                        pinned ? Among::kPinned : Among::kPresent);
}

// Before the first device was looked at.
int fail_at_once(const Options &options, const Error &error) {
  const bool changes = options.task != Task::kStatus && options.task != Task::kForeground;
  std::string devices;
  for (const auto &device : options.devices) {
    devices += (devices.empty() ? "" : "', '") + device;
  }
  report_error(changes ? with_what_stands(error, devices) : error);
  return kFailed;
}

int run(int argc, char **argv) {
  Options options = parse_options(argc, argv);
  if (options.task == Task::kHelp) {
    report_done(options.text.substr(0, options.text.find_last_not_of('\n') + 1));
    return kDone;
  }
  if (options.task == Task::kUsageError) {
    report_error({options.text, "xdp-stats-load --help tells the options", 0});
    return kWrongUsage;
  }
  capture_library_log(options.verbose);
  if (auto kept = keep_capabilities(wanted_capabilities(options)); !kept) {
    return fail_at_once(options, kept.error());
  }
  // A follower finds them as they appear.
  auto devices = options.count.follow ? Result<std::vector<std::string>>(options.devices)
                                      : devices_of(options);
  if (!devices) {
    return fail_at_once(options, devices.error());
  }
  options.devices = std::move(*devices);
  if (options.task == Task::kStatus) {
    return run_status(options);
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (options.task == Task::kForeground) {
    return run_in_foreground(options);
  }
  // Modes of what is created are chosen one by one, not left to the caller's environment.
  ::umask(0);
  if (options.count.follow) {
    return run_follow(options);
  }
  // A signal ends nothing halfway: each device takes milliseconds, and is attached completely or
  // rolled back. But it ends the waiting for whoever holds the lock or does not read our output.
  block_stop_signals();
  return for_each_device(options.devices, [&options](const std::string &device) {
    return options.task == Task::kUnload ? unload_device(options.pin_root, device)
                                         : count_device(options.count, device);
  });
}

} // namespace
} // namespace xdpstats

int main(int argc, char **argv) {
  return xdpstats::guard_main([&] { return xdpstats::exit_status(xdpstats::run(argc, argv)); });
}
