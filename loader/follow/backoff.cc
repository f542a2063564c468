// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/backoff.h"

#include <algorithm>

namespace xdpstats {
namespace {

constexpr uint64_t kFirst = 100'000'000;
constexpr uint64_t kLongest = 60'000'000'000;

} // namespace

bool Backoff::failed(const std::string &message, uint64_t now) {
  const bool first = delay_ == 0;
  delay_ = first ? kFirst : std::min(2 * delay_, kLongest);
  due_at_ = now + delay_;
  // Two failures that take turns are told less and less often as well.
  if (!told_.empty() && (message == told_ || (!first && now < told_at_ + delay_))) {
    return false;
  }
  told_ = message;
  told_at_ = now;
  return true;
}

void Backoff::succeeded(uint64_t now) {
  due_at_ = 0;
  if (now > told_at_ + kLongest) {
    delay_ = 0;
    told_.clear();
  }
}

} // namespace xdpstats
