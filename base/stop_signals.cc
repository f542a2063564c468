// SPDX-License-Identifier: BSD-2-Clause
#include "base/stop_signals.h"

namespace xdpstats {
namespace {

constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

} // namespace

sigset_t stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : kStopSignals) {
    struct sigaction action = {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_IGN) {
      ::sigaddset(&signals, signal);
    }
  }
  return signals;
}

void block_stop_signals() {
  const sigset_t signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool stop_is_pending() {
  sigset_t pending;
  ::sigpending(&pending);
  // One that is blocked is kept even where it is ignored.
  const sigset_t signals = stop_signals();
  for (const int signal : kStopSignals) {
    if (::sigismember(&signals, signal) == 1 && ::sigismember(&pending, signal) == 1) {
      return true;
    }
  }
  return false;
}

} // namespace xdpstats
