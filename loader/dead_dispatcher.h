// SPDX-License-Identifier: BSD-2-Clause
// What libxdp's dispatcher of a device leaves behind when the device goes.
#pragma once

#include "loader/device_pins.h"
#include "pinning/result.h"

namespace xdpstats {

/// Removes libxdp's pins of the dispatcher that ran our program on the recorded device, which must
/// be gone: the kernel does not, and they would keep our program loaded for ever. A dispatcher that
/// our program is not part of is left alone.
[[nodiscard]] Result<void> remove_dead_dispatcher(const DevicePins &pins);

} // namespace xdpstats
