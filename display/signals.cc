// SPDX-License-Identifier: BSD-2-Clause
#include "display/signals.h"

#include <algorithm>
#include <ctime>

#include "base/stop_signals.h"

namespace xdpstats {
namespace {

bool is_ignored(int signal) {
  struct sigaction action = {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

SignalWaiter::SignalWaiter(bool screen) : waited_(stop_signals()) {
  if (screen) {
    ::sigaddset(&waited_, SIGWINCH);
    // A shell without job control ignores SIGTSTP; once stopped, nobody could continue this
    // process.
    if (!is_ignored(SIGTSTP)) {
      ::sigaddset(&waited_, SIGTSTP);
    }
  }
  ::pthread_sigmask(SIG_BLOCK, &waited_, &before_);
}

SignalWaiter::~SignalWaiter() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

SignalWaiter::Event SignalWaiter::wait_until(std::chrono::steady_clock::time_point deadline) const {
  using std::chrono::nanoseconds;
  for (;;) {
    const auto left =
        std::max(nanoseconds(0), nanoseconds(deadline - std::chrono::steady_clock::now()));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout = {seconds.count(), nanoseconds(left - seconds).count()};
    switch (::sigtimedwait(&waited_, nullptr, &timeout)) {
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT:
      return Event::kStop;
    case SIGTSTP:
      return Event::kSuspend;
    case SIGWINCH:
      return Event::kResize;
    default:
      // EINTR: this process was stopped and continued. Otherwise the time given is over; it was
      // read from the clock just before.
      if (left.count() == 0) {
        return Event::kTimeout;
      }
    }
  }
}

} // namespace xdpstats
