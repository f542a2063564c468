// SPDX-License-Identifier: BSD-2-Clause
// Counting the lost frames of one device (--losses). All with the pin root locked.
#pragma once

#include <optional>

#include "base/result.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

struct LossesWish {
  std::optional<bool> count; ///< nullopt: as before
  bool restart = false;      ///< begin at zero
};

/// Counts the lost frames of the device that the info record names, or stops it; the record says
/// which. The device's other pins exist already. On failure the record says that they are not
/// counted.
[[nodiscard]] Result<void> settle_losses(DevicePins &pins, const LossesWish &wish = {});

/// Stops counting them. The pinned numbers stay.
[[nodiscard]] Result<void> withdraw_losses(const DevicePins &pins);

} // namespace xdpstats
