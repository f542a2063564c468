// SPDX-License-Identifier: BSD-2-Clause
// How many system calls something makes, counted in the kernel.
#pragma once

#include <functional>
#include <memory>

struct syscalls;

namespace xdpstats::bench {

class SystemCalls {
public:
  /// Counts the calls of this process and of its children; throws std::system_error.
  SystemCalls();
  ~SystemCalls();
  SystemCalls(const SystemCalls &) = delete;
  SystemCalls &operator=(const SystemCalls &) = delete;

  /// The calls that `action` makes itself, or those of its children.
  [[nodiscard]] double count(const std::function<void()> &action, bool of_children);

private:
  syscalls *skeleton_;
};

} // namespace xdpstats::bench
