// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <signal.h>

#include <chrono>

namespace xdpstats {

/// Waits for a time or a signal, without signal handlers. While this object lives, the signals are
/// blocked for the calling thread and are accepted only here, so that nothing is interrupted
/// halfway. A signal that the caller had ignored (nohup, a background job of a shell) stays
/// ignored.
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

  /// Accepts a signal that is pending, even if `deadline` is over already.
  [[nodiscard]] Event wait_until(std::chrono::steady_clock::time_point deadline) const;

private:
  sigset_t waited_ = {};
  sigset_t before_ = {};
};

} // namespace xdpstats
