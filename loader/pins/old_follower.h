// SPDX-License-Identifier: BSD-2-Clause
// Version 0.1.0 knew other locks: its follower locked the directory of the device, and its loader
// the pin root. To be removed with the support for upgrades from 0.1.0.
#pragma once

#include <string>

#include "base/result.h"

namespace xdpstats {

/// Fails while a follower of version 0.1.0 runs below the pin root: it does not know our lock, and
/// would change the pins at the same time. Locks of other programs do not count.
[[nodiscard]] Result<void> check_old_followers(const std::string &pin_root);

} // namespace xdpstats
