// SPDX-License-Identifier: BSD-2-Clause
// Frames that keep coming while a test does something else.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>

namespace xdpstats::test {

/// Sends from a thread of its own, from its construction until it is told to stop.
class Traffic {
public:
  /// `send` sends some frames and returns how many. It is called again and again, but never twice
  /// within `pace`. Returns when the first frames are sent.
  explicit Traffic(std::function<uint64_t()> send, std::chrono::milliseconds pace = {});
  ~Traffic();
  Traffic(const Traffic &) = delete;
  Traffic &operator=(const Traffic &) = delete;

  /// How many frames were sent so far.
  [[nodiscard]] uint64_t sent() const { return sent_; }

  /// Ends it. Returns how many frames were sent; throws what `send` has thrown.
  uint64_t stop();

private:
  void run(std::chrono::milliseconds pace);

  std::function<uint64_t()> send_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<uint64_t> sent_ = 0;
  std::exception_ptr error_; ///< to be read after the thread has ended
  std::thread thread_;
};

} // namespace xdpstats::test
