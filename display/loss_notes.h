// SPDX-License-Identifier: BSD-2-Clause
// Why frames of a device were lost, in people's words.
#pragma once

#include <string>
#include <vector>

#include "pinning/device_reader.h"

namespace xdpstats {

/// "eth0: redirect: 5,003 EOPNOTSUPP (the target does not take XDP frames)", for the reasons that
/// took most frames; empty where nothing was lost.
[[nodiscard]] std::vector<std::string> loss_notes(const DeviceSample &sample);

/// What a reason means for frames of this action; empty where we cannot tell.
[[nodiscard]] std::string loss_meaning(uint32_t action, int32_t error);

} // namespace xdpstats
