// SPDX-License-Identifier: BSD-2-Clause
// What libxdp leaves behind when a device goes, or a process is killed between two of its steps.
#pragma once

#include "base/result.h"
#include "loader/attach/device_state.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

/// Removes libxdp's pins of dispatchers that no device runs and that our program is part of: the
/// kernel does not, and they would keep our program loaded for ever. Where the device is still
/// there, waits a second first, as whoever attaches a dispatcher pins it a moment before. Other
/// dispatchers are left alone. Call with the pin root locked.
[[nodiscard]] Result<void> remove_dead_dispatchers(const DevicePins &pins);

/// Whether the device that we count runs a dispatcher without a program: libxdp attaches none, it
/// is what a failure has left. It decides nothing.
[[nodiscard]] bool is_our_empty_dispatcher(const DeviceState &state, const DevicePins &pins);

/// Detaches it. The kernel makes sure that it is still that one.
[[nodiscard]] Result<void> detach_empty_dispatcher(const DeviceState &state);

/// Whether our program is part of a dispatcher that libxdp pinned.
[[nodiscard]] bool is_kept_by_libxdp(const DevicePins &pins);

} // namespace xdpstats
