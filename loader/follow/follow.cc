// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/follow.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace xdpstats {
namespace {

// How long a program that is attached by a bpf_link, which is not announced, may go unnoticed. A
// look takes some 20 microseconds for each device.
constexpr std::chrono::milliseconds kPeriod{100};

} // namespace

Result<Follow> Follow::begin() {
  ObserverCode code;
  if (auto prepared = code.prepare("cannot observe"); !prepared) {
    return Failure(prepared.error());
  }
  sigset_t ending;
  ::sigemptyset(&ending);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    ::sigaddset(&ending, signal);
  }
  ::sigprocmask(SIG_BLOCK, &ending, nullptr);
  UniqueFd signals(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) {
    return os_failure("cannot wait for signals", errno);
  }
  auto events = LinkEvents::subscribe();
  if (!events) {
    return Failure(events.error());
  }
  return Follow(std::move(code), std::move(signals), std::move(*events));
}

Follow::Report Follow::wait() {
  Report report;
  while (report.lines.empty() && report.errors.empty() && !report.ended) {
    pollfd ready[] = {{signals_.get(), POLLIN, 0}, {events_.fd(), POLLIN, 0}};
    const int count = ::poll(ready, std::size(ready), static_cast<int>(kPeriod.count()));
    if (count > 0 && ready[0].revents != 0) {
      report.ended = true;
      return report;
    }
    take_events(report);
    check_devices(report);
    watchdog_.pat();
  }
  return report;
}

void Follow::take_events(Report &report) {
  const auto events = events_.take();
  if (!events) {
    report.errors.push_back(events.error());
  }
  for (FollowedDevice &device : devices_) {
    if (!events || !*events) {
      device.notice_loss();
      continue;
    }
    for (const LinkEvent &event : **events) {
      device.notice(event);
    }
  }
}

void Follow::check_devices(Report &report) {
  std::string trouble;
  for (auto device = devices_.begin(); device != devices_.end();) {
    const auto found = device->check(code_);
    if (!found) {
      trouble = found.error().message;
      if (trouble != trouble_) {
        report.errors.push_back(found.error());
      }
    } else if (!found->line.empty()) {
      report.lines.push_back(found->line);
    }
    device = found && found->ended ? devices_.erase(device) : std::next(device);
  }
  trouble_ = trouble;
  report.ended = devices_.empty();
}

std::vector<Error> Follow::end() {
  std::vector<Error> errors;
  for (FollowedDevice &device : devices_) {
    if (auto stopped = device.stop(); !stopped) {
      errors.push_back(stopped.error());
    }
  }
  return errors;
}

std::string Follow::status() const {
  std::string text;
  for (const FollowedDevice &device : devices_) {
    text += (text.empty() ? "" : ", ") + device.state();
  }
  return text;
}

} // namespace xdpstats
