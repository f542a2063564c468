// SPDX-License-Identifier: BSD-2-Clause
// Whose XDP program is it?
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "loader/attach/device_state.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

/// The id of the attached program that counts into our pins, nullopt if there is none. Ours is what
/// uses the pinned map; where programs cannot be looked at, what the info record names.
[[nodiscard]] std::optional<uint32_t> our_program(const DeviceState &state, const DevicePins &pins);

/// "'name' (id 7), 'name' (id 8)": the programs of a device for a message.
[[nodiscard]] std::string quoted_programs(const DeviceState &state);

} // namespace xdpstats
