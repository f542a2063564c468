// SPDX-License-Identifier: BSD-2-Clause
// The programs that count lost frames: loading and attaching them.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// The names of the programs, as of their pins.
inline constexpr const char *kLossesPrograms[] = {"redirect_err", "exception", "bulk_tx",
                                                  "devmap_xmit"};

/// The name of the map of devices: another one where this version's programs are not those of the
/// version before.
inline constexpr char kLossesSetName[] = "losses_1";

struct LossesPrograms {
  UniqueFd devices;            ///< a map of maps, empty
  std::vector<UniqueFd> links; ///< in the order of kLossesPrograms
};

/// Loads and attaches them: as raw tracepoints, or where the kernel forbids these to read its
/// memory as tracing programs. Fails where neither can be. Devices get maps like `like`.
[[nodiscard]] Result<LossesPrograms> attach_losses_programs(int like);

} // namespace xdpstats
