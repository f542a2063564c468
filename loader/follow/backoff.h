// SPDX-License-Identifier: BSD-2-Clause
// How often what fails again and again is tried and told. All times are ns of CLOCK_BOOTTIME.
#pragma once

#include <cstdint>
#include <string>

namespace xdpstats {

class Backoff {
public:
  /// It failed: the next try is due after a tenth of a second, then after twice as long each time,
  /// up to a minute. Returns whether that is worth a word: it is another failure than the one that
  /// was told last, and that was not just now.
  [[nodiscard]] bool failed(const std::string &message, uint64_t now);

  /// It went well. The last failure is forgotten if it was told more than a minute ago.
  void succeeded(uint64_t now);

  [[nodiscard]] bool has_failed() const { return delay_ != 0; }
  [[nodiscard]] bool is_due(uint64_t now) const { return now >= due_at_; }

private:
  uint64_t delay_ = 0; ///< the last one, ns; 0: nothing has failed
  uint64_t due_at_ = 0;
  std::string told_;
  uint64_t told_at_ = 0;
};

} // namespace xdpstats
