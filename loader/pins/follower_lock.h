// SPDX-License-Identifier: BSD-2-Clause
// A follower holds a lock of its device. The lock tells a living follower from a killed one, and
// keeps two from following one device.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/result.h"
#include "pinning/pin_path.h"

namespace xdpstats {

class FollowerLock {
public:
  /// Fails with code ENOENT if nothing is pinned for the device, with EWOULDBLOCK if it is followed
  /// already.
  [[nodiscard]] static Result<FollowerLock> acquire(const PinPath &path);
  FollowerLock(FollowerLock &&) = default;
  FollowerLock &operator=(FollowerLock &&) = default;
  FollowerLock(const FollowerLock &) = delete;
  FollowerLock &operator=(const FollowerLock &) = delete;
  ~FollowerLock();

  /// Whether the device's directory is still the one that was locked: --unload removes it.
  [[nodiscard]] bool holds(const PinPath &path) const;

private:
  FollowerLock(ino_t device, std::string lock, UniqueFd fd)
      : device_(device), lock_(std::move(lock)), fd_(std::move(fd)) {}

  ino_t device_; ///< of the device's directory
  std::string lock_;
  UniqueFd fd_;
};

/// Whether a follower lives; nullopt if we may not look.
[[nodiscard]] std::optional<bool> is_followed(const PinPath &path);

} // namespace xdpstats
