// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/traffic.h"

#include <csignal>
#include <utility>

#include "tests/support/wait.h"

namespace xdpstats::test {

Traffic::Traffic(std::function<uint64_t()> send, std::chrono::milliseconds pace)
    : send_(std::move(send)), thread_([this, pace] { run(pace); }) {
  // If nothing was sent in time, the test notices; if `send` has thrown, stop() throws.
  static_cast<void>(holds_in_time([this] { return sent_ > 0 || failed_; }));
}

Traffic::~Traffic() {
  stopping_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

uint64_t Traffic::stop() {
  stopping_ = true;
  thread_.join();
  if (error_) {
    std::rethrow_exception(error_);
  }
  return sent_;
}

void Traffic::run(std::chrono::milliseconds pace) {
  // The kernel would end a sender early: SIGCHLD, while another thread has it blocked to start a
  // program, is a signal like any other.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  try {
    while (!stopping_) {
      const auto next = std::chrono::steady_clock::now() + pace;
      sent_ += send_();
      std::this_thread::sleep_until(next);
    }
  } catch (...) {
    error_ = std::current_exception();
    failed_ = true;
  }
}

} // namespace xdpstats::test
