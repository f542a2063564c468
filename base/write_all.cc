// SPDX-License-Identifier: BSD-2-Clause
#include "base/write_all.h"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

#include "base/stop_signals.h"

namespace xdpstats {
namespace {

/// While it lives, a system call that waits is interrupted ten times a second. A write to a pipe or
/// a terminal waits inside the kernel for as long as the reader pleases, and a descriptor that
/// others share must not be made non-blocking. That the timer comes again closes the gap between a
/// look at the signals and the call that waits.
class Interruption {
public:
  Interruption() {
    struct sigaction action = {};
    action.sa_handler = [](int) {}; // without SA_RESTART
    ::sigaction(SIGALRM, &action, &former_action_);
    sigset_t alarm;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    ::pthread_sigmask(SIG_UNBLOCK, &alarm, &former_mask_);
    const itimerval period = {{0, kMicroseconds}, {0, kMicroseconds}};
    ::setitimer(ITIMER_REAL, &period, nullptr);
  }
  Interruption(const Interruption &) = delete;
  Interruption &operator=(const Interruption &) = delete;
  ~Interruption() {
    const itimerval none = {};
    ::setitimer(ITIMER_REAL, &none, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
    ::sigaction(SIGALRM, &former_action_, nullptr);
  }

private:
  static constexpr suseconds_t kMicroseconds = 100'000;
  struct sigaction former_action_ = {};
  sigset_t former_mask_ = {};
};

} // namespace

Result<void> write_all(int fd, std::string_view text, const char *name, Patience patience) {
  const Interruption interruption;
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      // Somebody who shares the terminal made it non-blocking.
      pollfd writable = {fd, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return os_failure(std::string("cannot write ") + name, errno);
    }
    // What was written whole is written, whatever has come.
    if (!text.empty() && (patience == Patience::kBrief || stop_is_pending())) {
      return os_failure(std::string("cannot write ") + name, ECANCELED);
    }
  }
  return {};
}

} // namespace xdpstats
