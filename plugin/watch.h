// SPDX-License-Identifier: BSD-2-Clause
// What was last reported about one device or map, so that each change is reported exactly once.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "pinning/counting_state.h"

namespace xdpstats {

enum class EventKind {
  kInfo,    ///< a line in the log
  kWarning, ///< a line in the log that asks for attention
  kAlarm,   ///< a line in the log and a notification: the device is not counted any more
  kClear,   ///< a line in the log and a notification: it is counted again
};

struct Event {
  EventKind kind;
  /// The name of the device or label of the map; empty if it is about all of them
  std::string instance;
  std::string message;
};

using Events = std::vector<Event>;

class Watch {
public:
  /// `subject` is its name in messages: "the counters of 'eth0'". `expected`: it was asked for by
  /// name, so it is reported if it is missing from the start.
  Watch(std::string instance, std::string subject, bool expected);

  /// The counters have been read.
  void on_reading(Events &events);

  /// They could not be read: there is no pin (code ENOENT), or something else is wrong.
  void on_failure(const Error &error, Events &events);

  using Clock = std::chrono::steady_clock;

  /// How long a problem must last before it is reported. The loader pins first, then attaches, and
  /// writes the record last; a reader in between sees a problem where there is none. On a busy
  /// machine that may take longer than two short intervals, so a second look alone is not enough.
  static constexpr std::chrono::seconds kGrace{5};

  /// The verdict about the counters that were read at that time.
  void on_verdict(const CountingVerdict &verdict, Clock::time_point read_at, Events &events);

  [[nodiscard]] bool missing() const { return access_ == Access::kMissing; }
  /// Nothing was read and nothing was reported yet.
  [[nodiscard]] bool untouched() const { return access_ == Access::kNew; }
  [[nodiscard]] bool expected() const { return expected_; }

private:
  enum class Access { kNew, kReadable, kMissing, kUnreadable };

  void tell(EventKind kind, const std::string &message, Events &events) const;

  std::string instance_;
  std::string subject_;
  bool expected_;
  Access access_ = Access::kNew;
  bool alarmed_ = false; ///< an alarm was raised, and not cleared yet
  std::string failure_;  ///< why it is unreadable
  CountingState told_ = CountingState::kCounting;
  CountingState last_ = CountingState::kCounting;
  Clock::time_point last_since_; ///< when it was first judged to be last_
};

} // namespace xdpstats
