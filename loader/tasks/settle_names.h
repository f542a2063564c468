// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "base/result.h"
#include "loader/attach/whereabouts.h"

namespace xdpstats {

/// Moves the pins of every device that was renamed to where its present name belongs, so that each
/// device is found under its name. Two devices that swapped their names are exchanged; the pins of
/// a gone device that are in the way take the place that becomes free. Call with the pin root
/// locked.
[[nodiscard]] Result<void> settle_names(const std::string &pin_root, const NetworkView &here);

} // namespace xdpstats
