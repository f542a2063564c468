// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/follow.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/clock.h"
#include "base/stop_signals.h"
#include "loader/follow/attached_device.h"
#include "loader/follow/observed_device.h"
#include "loader/tasks/unload.h"

namespace xdpstats {
namespace {

// How long a program that is attached by a bpf_link, which is not announced, may go unnoticed. A
// look takes some 20 microseconds for each device.
constexpr std::chrono::milliseconds kPeriod{100};

// When the command is to end: how long to wait for another loader, and for what was begun.
constexpr std::chrono::milliseconds kLastPatience{2000};
constexpr int kLastPeriods = 200;

// systemctl status shows one line.
constexpr size_t kDevicesInStatus = 8;

Result<UniqueFd> keep_signals() {
  // A caller that ignores it would have the kernel take our processes away.
  std::signal(SIGCHLD, SIG_DFL);
  block_stop_signals();
  const sigset_t ending = stop_signals();
  UniqueFd signals(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
  return signals.valid() ? Result<UniqueFd>(std::move(signals))
                         : Failure(os_failure("cannot wait for signals", errno));
}

} // namespace

Result<Follow> Follow::begin(FollowRequest request) {
  auto signals = keep_signals();
  if (!signals) {
    return Failure(signals.error());
  }
  ObserverCode code;
  if (auto checked = check_follow_request(request, code); !checked) {
    return Failure(checked.error());
  }
  auto events = LinkEvents::subscribe();
  if (!events) {
    return Failure(events.error());
  }
  auto wanted = WantedDevices::of(request.devices, request.count.pin_root);
  if (!wanted) {
    return Failure(wanted.error());
  }
  Follow follow(std::move(request), std::move(*wanted), std::move(*signals), std::move(*events));
  follow.code_ = std::move(code);
  if (auto found =
          follow.gone_.find(follow.request_.count.pin_root, follow.wanted_, boot_time_ns());
      !found) {
    return Failure(found.error());
  }
  for (const std::string &name : follow.wanted_.named()) {
    follow.follow({name, false, 0});
  }
  return follow;
}

void Follow::follow(const Discovery &discovery) {
  Followed followed;
  if (request_.count.source == Source::kObserve) {
    followed.device = std::make_unique<ObservedDevice>(request_.count, discovery);
  } else {
    followed.device = std::make_unique<AttachedDevice>(request_.count, discovery);
  }
  followed.awaited = !ready_;
  devices_.push_back(std::move(followed));
  gone_.remove(discovery.name);
}

Follow::Report Follow::wait() {
  Report report;
  const bool was_ready = ready_;
  while (!has_news(report, was_ready)) {
    pollfd ready[] = {{signals_.get(), POLLIN, 0},
                      {events_.fd(), POLLIN, 0},
                      {job_ ? job_->fd() : -1, POLLIN, 0}};
    const auto period = listed_ ? kPeriod : std::chrono::milliseconds(0);
    const int count = ::poll(ready, std::size(ready), static_cast<int>(period.count()));
    if (count > 0 && ready[0].revents != 0) {
      signalfd_siginfo signal = {};
      // Taken, so that only another one ends what end() waits for.
      report.ended = ::read(signals_.get(), &signal, sizeof(signal)) > 0;
      return report;
    }
    take_events(report);
    take_job(report);
    check_devices(report);
    discover(report);
    begin_job(report);
    begin_forgetting(report);
    become_ready();
    report.ended = report.ended || (devices_.empty() && !wanted_.has_patterns());
    watchdog_.pat();
  }
  return report;
}

bool Follow::has_news(const Report &report, bool was_ready) const {
  return !report.lines.empty() || !report.notes.empty() || !report.errors.empty() || report.ended ||
         ready_ != was_ready;
}

void Follow::take_events(Report &report) {
  const uint64_t before = std::exchange(looked_at_, realtime_ns());
  covered_until_ = before;
  const auto events = events_.take();
  if (!events) {
    tell(events.error(), report);
  }
  const bool lost = !events || !*events;
  for (Followed &followed : devices_) {
    if (lost) {
      followed.device->notice_loss();
      continue;
    }
    for (const LinkEvent &event : **events) {
      followed.device->notice(event);
    }
  }
  if (lost || !listed_) {
    if (auto listed = list_devices(); !listed) {
      tell(listed.error(), report);
    }
    return;
  }
  for (const LinkEvent &event : **events) {
    if (event.removed) {
      left_.erase(event.device.netdev.ifindex);
    } else if (wanted_.match(event.device.name)) {
      seen_.push_back(event.device);
    }
  }
}

Result<void> Follow::list_devices() {
  if (!wanted_.has_patterns()) {
    listed_ = true;
    return {};
  }
  const auto present = read_netdevs();
  if (!present) {
    return Failure(present.error());
  }
  std::set<uint32_t> left;
  for (const auto &[name, device] : *present) {
    if (left_.contains(device.ifindex)) {
      left.insert(device.ifindex);
    } else if (wanted_.match(name)) {
      seen_.push_back({name, device});
    }
  }
  left_ = std::move(left);
  listed_ = true;
  return {};
}

// A device that has the name of another, which was renamed and whose pins have not moved yet, has
// to wait.
void Follow::discover(Report &report) {
  std::vector<NamedNetdev> waiting;
  for (NamedNetdev &seen : std::exchange(seen_, {})) {
    const uint32_t ifindex = seen.netdev.ifindex;
    bool known = left_.contains(ifindex);
    bool waits = false;
    for (const Followed &followed : devices_) {
      const bool same_name = followed.device->name() == seen.name;
      known = known || followed.device->ifindex() == ifindex ||
              (same_name && followed.device->ifindex() == 0);
      waits = waits || same_name;
    }
    if (known) {
      continue;
    }
    if (waits) {
      const auto present = read_netdev(ifindex);
      if (present && *present && (*present)->name == seen.name) {
        waiting.push_back(std::move(seen));
      }
      continue;
    }
    follow({seen.name, true, ready_ ? covered_until_ : 0});
    check(devices_.back(), report);
  }
  for (NamedNetdev &seen : waiting) {
    seen_.push_back(std::move(seen));
  }
}

void Follow::check_devices(Report &report) {
  for (Followed &followed : devices_) {
    check(followed, report);
  }
  std::erase_if(devices_, [this](const Followed &followed) {
    return followed.ended && &followed != at_work_;
  });
}

void Follow::check(Followed &followed, Report &report) {
  if (&followed == at_work_ || followed.ended || !followed.looking.is_due(boot_time_ns())) {
    return;
  }
  const auto news = followed.device->check(code_);
  tell(followed, news, followed.looking, report);
  if (news && followed.device->by_pattern() && followed.device->ifindex() == 0) {
    retire(followed, report);
  }
}

// What a pattern matched is gone. Its counters are kept for a while.
void Follow::retire(Followed &followed, Report &report) {
  const FollowedDevice &device = *followed.device;
  if (device.is_followed()) {
    const auto held =
        PinRootLock::acquire(request_.count.pin_root, false, std::chrono::milliseconds(0));
    if (!held && held.error().code == EWOULDBLOCK) {
      return; // another loader is at work: next time
    }
    const auto left = held ? followed.device->leave(*held) : Failure(held.error());
    if (!left && left.error().code != ENOENT) {
      tell(left.error(), report);
    }
    if (request_.forget.count() > 0) {
      report.lines.push_back(device.name() + ": gone; its counters are kept for " +
                             std::to_string(request_.forget.count()) + " seconds");
    }
  }
  gone_.add(device.name(), boot_time_ns());
  followed.ended = true;
}

void Follow::tell(Followed &followed, const Result<DeviceNews> &news, Backoff &trouble,
                  Report &report) {
  const uint64_t now = boot_time_ns();
  if (!news) {
    followed.awaited = false;
    if (trouble.failed(news.error().message, now)) {
      report.errors.push_back(news.error());
    }
    return;
  }
  trouble.succeeded(now);
  if (!news->line.empty()) {
    report.lines.push_back(news->line);
  }
  if (news->error) {
    report.errors.push_back(*news->error);
  }
  report.notes.insert(report.notes.end(), news->notes.begin(), news->notes.end());
  if (news->ended) {
    followed.ended = true;
    if (followed.device->by_pattern() && followed.device->ifindex() != 0) {
      left_.insert(followed.device->ifindex());
    }
  }
}

void Follow::tell(const Error &error, Report &report) {
  if (trouble_.failed(error.message, boot_time_ns())) {
    report.errors.push_back(error);
  }
}

void Follow::take_job(Report &report) {
  const auto outcome = job_ ? job_->take() : std::nullopt;
  if (!outcome) {
    return;
  }
  job_.reset();
  if (Followed *followed = std::exchange(at_work_, nullptr)) {
    followed->awaited = false;
    tell(*followed, followed->device->begun(*outcome), followed->beginning, report);
  } else if (!*outcome) {
    tell(outcome->error(), report);
  } else if (!(*outcome)->done.empty()) {
    report.lines.push_back((*outcome)->done);
  }
}

void Follow::begin_job(Report &report) {
  const uint64_t now = boot_time_ns();
  const auto next = std::find_if(devices_.begin(), devices_.end(), [now](const Followed &followed) {
    return !followed.ended && followed.device->wants_to_begin() && followed.beginning.is_due(now);
  });
  if (job_ || next == devices_.end()) {
    return;
  }
  auto job = Job::start([request = next->device->begin(), name = next->device->name()] {
    auto outcome = count_device(request, name);
    return outcome ? std::move(outcome) : Failure(with_what_stands(outcome.error(), name));
  });
  if (!job) {
    tell(*next, Failure(job.error()), next->beginning, report);
    return;
  }
  job_.emplace(std::move(*job));
  at_work_ = &*next;
}

void Follow::begin_forgetting(Report &report) {
  if (job_) {
    return;
  }
  auto due = gone_.take_due(boot_time_ns());
  if (due.empty()) {
    return;
  }
  auto job = Job::start(
      [root = request_.count.pin_root, due = std::move(due)] { return forget_devices(root, due); });
  if (!job) {
    tell(job.error(), report);
    return;
  }
  job_.emplace(std::move(*job));
}

void Follow::become_ready() {
  if (ready_ || !listed_ || std::any_of(devices_.begin(), devices_.end(), [](const Followed &one) {
        return one.awaited && one.device->wants_to_begin();
      })) {
    return;
  }
  ready_ = true;
  request_.count.reset = false; // it was for what was there
  // A service manager is to learn if nothing of it works.
  failed_ = !wanted_.has_patterns() &&
            std::all_of(devices_.begin(), devices_.end(), [](const Followed &followed) {
              return !followed.device->is_followed() &&
                     (followed.looking.has_failed() || followed.beginning.has_failed());
            });
}

std::vector<Error> Follow::end() {
  std::vector<Error> errors;
  if (job_) {
    job_->hurry();
    for (int periods = 0; job_ && periods < kLastPeriods; ++periods) {
      pollfd ready = {job_->fd(), POLLIN, 0};
      ::poll(&ready, 1, static_cast<int>(kPeriod.count()));
      Report report;
      take_job(report);
      errors.insert(errors.end(), report.errors.begin(), report.errors.end());
      watchdog_.pat();
    }
  }
  const auto held = PinRootLock::acquire(request_.count.pin_root, false, kLastPatience);
  if (!held && held.error().code != ENOENT) {
    errors.push_back({held.error().message + "; counting goes on, but the records still say that "
                                             "it is followed",
                      held.error().hint, held.error().code});
  }
  for (Followed &followed : devices_) {
    if (auto left = held ? followed.device->leave(*held) : Result<void>{}; !left) {
      errors.push_back(left.error());
    }
  }
  return errors;
}

std::string Follow::status() const {
  if (devices_.size() > kDevicesInStatus) {
    const auto counted = std::count_if(devices_.begin(), devices_.end(), [](const auto &followed) {
      return followed.device->counts();
    });
    return std::to_string(devices_.size()) + " devices, " + std::to_string(counted) + " counted";
  }
  std::string text;
  for (const Followed &followed : devices_) {
    text += (text.empty() ? "" : ", ") + followed.device->state();
  }
  return text.empty() ? "no device yet" : text;
}

} // namespace xdpstats
