// SPDX-License-Identifier: BSD-2-Clause
// Begin to count a device.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "loader/attach/attach.h"
#include "loader/tasks/outcome.h"
#include "pinning/stats_map.h"

namespace xdpstats {

/// What counts: our own program, a tracing program beside somebody else's, or the user's program.
enum class Source { kBuiltin, kObserve, kProgram };

struct CountRequest {
  std::string pin_root;
  Source source = Source::kBuiltin;
  std::string program; ///< FILE[:NAME] of Source::kProgram
  AttachRequest attach;
  std::optional<MapKind> map_kind; ///< nullopt: of whatever kind there is, else for each CPU
  bool reset = false;              ///< begin at zero
  bool follow = false;             ///< a follower takes over: the device may be absent
  std::optional<bool> losses;      ///< whether to count lost frames; nullopt: as before
  std::string group;               ///< who may read the counters; empty: leave ownership alone
};

/// Counts `device` as asked for and pins the counters; does nothing where that is so already. On
/// failure the device, its programs and its pins are as before.
[[nodiscard]] Result<Outcome> count_device(const CountRequest &request, const std::string &device);

} // namespace xdpstats
