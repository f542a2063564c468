// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// Holds the lock of a pin root: of all loaders only one at a time changes what is below it.
class PinRootLock {
public:
  /// Waits for another loader to finish, half a minute at most. Creates the pin root (its parent
  /// must exist, in a bpffs) if `create`; without, an absent root fails with code ENOENT.
  [[nodiscard]] static Result<PinRootLock> acquire(const std::string &pin_root, bool create);
  PinRootLock(PinRootLock &&) = default;
  PinRootLock &operator=(PinRootLock &&) = default;
  PinRootLock(const PinRootLock &) = delete;
  PinRootLock &operator=(const PinRootLock &) = delete;
  /// Removes the pin root again if this lock created it and nothing was pinned.
  ~PinRootLock();

private:
  PinRootLock(std::string pin_root, UniqueFd fd, bool created)
      : pin_root_(std::move(pin_root)), fd_(std::move(fd)), created_(created) {}

  std::string pin_root_;
  UniqueFd fd_;
  bool created_;
};

} // namespace xdpstats
