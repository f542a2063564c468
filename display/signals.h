// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <signal.h>

#include <chrono>

namespace xdpstats {

/// Waits for time to pass or a signal to come, without handlers: while this object lives, the
/// signals are blocked for the calling thread and taken here only, so that nothing is interrupted
/// half done. One that the caller had ignored (nohup, a shell's background job) stays ignored.
class SignalWaiter {
public:
  enum class Event {
    kTimeout,
    kStop,    ///< SIGINT, SIGTERM, SIGHUP or SIGQUIT
    kSuspend, ///< SIGTSTP; only with `screen`
    kResize,  ///< SIGWINCH; only with `screen`
  };

  explicit SignalWaiter(bool screen);
  SignalWaiter(const SignalWaiter &) = delete;
  SignalWaiter &operator=(const SignalWaiter &) = delete;
  ~SignalWaiter();

  /// Takes a signal that has come, also when the time has passed already.
  [[nodiscard]] Event wait_until(std::chrono::steady_clock::time_point deadline) const;

private:
  sigset_t waited_ = {};
  sigset_t before_ = {};
};

} // namespace xdpstats
