// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// A loader holds the lock for milliseconds; one that hangs is not waited for any longer.
inline constexpr std::chrono::milliseconds kLoaderPatience = std::chrono::seconds(30);

/// Holds the lock of a pin root: of all loaders only one at a time changes what is below it. The
/// lock is a directory in the pin root, and goes with the last device that is pinned there.
class PinRootLock {
public:
  /// Waits for another loader to finish; fails with code EWOULDBLOCK if it does not in time.
  /// Creates the pin root (its parent must exist, in a bpffs) if `create`; without, an absent root
  /// fails with code ENOENT.
  [[nodiscard]] static Result<PinRootLock>
  acquire(const std::string &pin_root, bool create,
          std::chrono::milliseconds patience = kLoaderPatience);
  PinRootLock(PinRootLock &&other) noexcept;
  PinRootLock &operator=(PinRootLock &&) = delete;
  PinRootLock(const PinRootLock &) = delete;
  PinRootLock &operator=(const PinRootLock &) = delete;
  /// Removes the lock if nothing is pinned, and the pin root again if this lock created it.
  ~PinRootLock();

private:
  explicit PinRootLock(std::string pin_root) : pin_root_(std::move(pin_root)) {}

  std::string pin_root_;
  UniqueFd locks_;       ///< the directory that is locked; none: not yet
  bool created_ = false; ///< the pin root
};

} // namespace xdpstats
