// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/wait.h"

#include <stdexcept>
#include <thread>

namespace xdpstats::test {

bool holds_in_time(const std::function<bool()> &holds, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

void wait_until(const std::string &what, const std::function<bool()> &holds,
                std::chrono::milliseconds timeout) {
  if (!holds_in_time(holds, timeout)) {
    throw std::runtime_error("waited in vain until " + what);
  }
}

} // namespace xdpstats::test
