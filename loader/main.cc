// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load: attach an XDP program that counts, and pin its counters.
#include <sys/stat.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "console/display.h"
#include "loader/capabilities.h"
#include "loader/count.h"
#include "loader/foreground.h"
#include "loader/library_log.h"
#include "loader/options.h"
#include "loader/report.h"
#include "loader/status.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// SYS_ADMIN: looking at programs by id, and with it libxdp's dispatcher; PERFMON: kfuncs; CHOWN:
// --group; DAC_READ_SEARCH: a program file in a home directory that root does not own.
std::vector<cap_value_t> wanted_capabilities(const Options &options) {
  std::vector<cap_value_t> wanted = {CAP_SYS_ADMIN};
  if (options.task != Task::kStatus) {
    wanted.insert(wanted.end(), {CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON});
  }
  if (!options.group.empty() || options.reset) {
    wanted.push_back(CAP_CHOWN);
  }
  if (!options.program.empty()) {
    wanted.push_back(CAP_DAC_READ_SEARCH);
  }
  return wanted;
}

int run_for_devices(const Options &options) {
  int status = kDone;
  for (const auto &device : options.devices) {
    const auto outcome = options.task == Task::kUnload ? unload_device(options, device)
                                                       : count_device(options, device);
    if (!outcome) {
      report_error(outcome.error());
      status = kFailed;
      continue;
    }
    report_done(outcome->done);
    for (const auto &note : outcome->notes) {
      report_note(note);
    }
  }
  return status;
}

// Shows the same live table as xdp-stats --watch until a signal comes; then everything goes with
// the process.
int run_in_foreground(const Options &options) {
  std::vector<ForegroundCounter> counters;
  for (const auto &device : options.devices) {
    auto counter = ForegroundCounter::start(options, device);
    if (!counter) {
      report_error(counter.error());
      return kFailed;
    }
    counters.push_back(std::move(*counter));
  }
  DisplayOptions display;
  display.program = "xdp-stats-load";
  display.interval = options.interval;
  display.count = options.count;
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
    } else {
      report_error(status.error());
      result = kFailed;
    }
  }
  if (options.json) {
    report_done(status_json(statuses));
  } else if (devices.empty()) {
    report_note("no device is counted below " + options.pin_root);
  }
  for (const auto &status : statuses) {
    if (!options.json) {
      report_done(status_text(status));
    }
  }
  return result;
}

int run(int argc, char **argv) {
  const Options options = parse_options(argc, argv);
  if (options.task == Task::kHelp) {
    std::cout << options.text;
    return kDone;
  }
  if (options.task == Task::kUsageError) {
    report_error({options.text, "xdp-stats-load --help tells the options", 0});
    return kWrongUsage;
  }
  capture_library_log(options.verbose);
  if (auto kept = keep_capabilities(wanted_capabilities(options)); !kept) {
    report_error(kept.error());
    return kFailed;
  }
  if (options.task == Task::kStatus) {
    return run_status(options);
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (options.task == Task::kForeground) {
    return run_in_foreground(options);
  }
  // Modes of what is created are chosen one by one, not left to the caller's environment.
  ::umask(0);
  // What is begun is finished or undone: each device takes milliseconds.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, SIG_IGN);
  }
  return run_for_devices(options);
}

} // namespace
} // namespace xdpstats

int main(int argc, char **argv) {
  try {
    return xdpstats::run(argc, argv);
  } catch (const std::exception &error) {
    xdpstats::report_error({std::string("unexpected failure: ") + error.what(), "", 0});
    return xdpstats::kFailed;
  }
}
