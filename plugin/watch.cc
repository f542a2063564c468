// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/watch.h"

#include <cerrno>
#include <utility>

namespace xdpstats {
namespace {

std::string with_hint(const Error &error) {
  return error.hint.empty() ? error.message : error.message + " (hint: " + error.hint + ")";
}

} // namespace

Watch::Watch(std::string instance, std::string subject, bool expected)
    : instance_(std::move(instance)), subject_(std::move(subject)), expected_(expected) {}

void Watch::tell(EventKind kind, const std::string &message, Events &events) const {
  events.push_back({kind, instance_, message});
}

void Watch::on_reading(Events &events) {
  if (access_ == Access::kMissing || access_ == Access::kUnreadable) {
    tell(alarmed_ ? EventKind::kClear : EventKind::kInfo, subject_ + " can be read again", events);
    alarmed_ = false;
  }
  access_ = Access::kReadable;
}

void Watch::on_failure(const Error &error, Events &events) {
  const bool is_missing = error.code == ENOENT;
  if (access_ == Access::kNew && is_missing && !expected_) {
    return; // the loader has made the directory and is about to fill it
  }
  const Access access = is_missing ? Access::kMissing : Access::kUnreadable;
  if (access == access_ && (is_missing || error.message == failure_)) {
    return;
  }
  // A device that was never read has not stopped counting: that is a line in the log, but no alarm.
  const bool lost = access_ == Access::kReadable;
  tell(lost ? EventKind::kAlarm : EventKind::kWarning,
       subject_ + (lost ? " can no longer be read: " : " cannot be read: ") + with_hint(error),
       events);
  alarmed_ = alarmed_ || lost;
  access_ = access;
  failure_ = error.message;
  // If it is pinned again, it is judged without regard to what was before.
  told_ = CountingState::kCounting;
  last_ = CountingState::kCounting;
}

void Watch::on_verdict(const CountingVerdict &verdict, Clock::time_point read_at, Events &events) {
  if (verdict.state != last_) {
    last_ = verdict.state;
    last_since_ = read_at;
  }
  const bool confirmed =
      verdict.state == CountingState::kCounting || read_at - last_since_ >= kGrace;
  if (!confirmed || verdict.state == told_) {
    return;
  }
  told_ = verdict.state;
  switch (verdict.state) {
  case CountingState::kCounting:
    tell(alarmed_ ? EventKind::kClear : EventKind::kInfo, subject_ + " count again", events);
    alarmed_ = false;
    break;
  case CountingState::kStopped:
  case CountingState::kStale:
    tell(EventKind::kAlarm, subject_ + " are " + state_name(verdict.state) + ": " + verdict.reason,
         events);
    alarmed_ = true;
    break;
  case CountingState::kUnknown:
    tell(EventKind::kInfo, subject_ + ": cannot tell who counts: " + verdict.reason, events);
    break;
  }
}

} // namespace xdpstats
