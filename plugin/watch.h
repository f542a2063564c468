// SPDX-License-Identifier: BSD-2-Clause
// What was last said about one device or map, so that each change is told once and nothing twice.
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
  kAlarm,   ///< that, and a notification: a device's counting broke
  kClear,   ///< a line and a notification: it is well again
};

struct Event {
  EventKind kind;
  std::string instance; ///< the device or map label, empty if it is about all of them
  std::string message;
};

using Events = std::vector<Event>;

class Watch {
public:
  /// `subject` is how messages call it: "the counters of 'eth0'". `expected`: somebody asked for it
  /// by name, so it is worth a word that it is not there to begin with.
  Watch(std::string instance, std::string subject, bool expected);

  /// The counters were read.
  void on_reading(Events &events);

  /// They were not: no pin (code ENOENT), or anything else.
  void on_failure(const Error &error, Events &events);

  using Clock = std::chrono::steady_clock;

  /// How long bad news must last. The loader pins first, attaches next and writes the record last;
  /// whoever reads in between sees a device out of step that is not. On a busy machine that takes
  /// longer than two short intervals, so time is asked for as well as a second look.
  static constexpr std::chrono::seconds kGrace{5};

  /// Who counts, as judged along with the reading of that time.
  void on_verdict(const CountingVerdict &verdict, Clock::time_point read_at, Events &events);

  [[nodiscard]] bool missing() const { return access_ == Access::kMissing; }
  /// Nothing was ever read or said.
  [[nodiscard]] bool untouched() const { return access_ == Access::kNew; }
  [[nodiscard]] bool expected() const { return expected_; }

private:
  enum class Access { kNew, kReadable, kMissing, kUnreadable };

  void tell(EventKind kind, const std::string &message, Events &events) const;

  std::string instance_;
  std::string subject_;
  bool expected_;
  Access access_ = Access::kNew;
  bool alarmed_ = false; ///< an alarm was raised that no clear has followed yet
  std::string failure_;  ///< why it is unreadable
  CountingState told_ = CountingState::kCounting;
  CountingState last_ = CountingState::kCounting;
  Clock::time_point last_since_; ///< when it was first judged to be last_
};

} // namespace xdpstats
