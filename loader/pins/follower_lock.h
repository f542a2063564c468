// SPDX-License-Identifier: BSD-2-Clause
// A follower holds a lock on the device's directory. The lock tells a living follower from a killed
// one, and keeps two from following one device.
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "pinning/pin_path.h"

namespace xdpstats {

class FollowerLock {
public:
  /// Fails with code ENOENT if nothing is pinned for the device, with EWOULDBLOCK if it is followed
  /// already.
  [[nodiscard]] static Result<FollowerLock> acquire(const PinPath &path);

  /// Whether the directory is still the one that was locked: --unload removes it.
  [[nodiscard]] bool holds(const PinPath &path) const;

private:
  explicit FollowerLock(UniqueFd directory) : directory_(std::move(directory)) {}

  UniqueFd directory_;
};

/// Whether a follower lives; nullopt if we may not look.
[[nodiscard]] std::optional<bool> is_followed(const PinPath &path);

} // namespace xdpstats
