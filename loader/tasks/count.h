// SPDX-License-Identifier: BSD-2-Clause
// Begin to count a device.
#pragma once

#include <cstdint>
#include <memory>
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
  std::string program;                             ///< FILE[:NAME] of Source::kProgram
  std::shared_ptr<const ProgramFile> program_file; ///< the same, already read; null: not yet
  AttachRequest attach;
  std::optional<MapKind> map_kind; ///< nullopt: of whatever kind there is, else for each CPU
  bool reset = false;              ///< begin at zero
  bool follow = false;             ///< a follower takes over: a device to observe may be absent
  std::optional<bool> losses;      ///< whether to count lost frames; nullopt: as before
  /// When nothing was missed yet, as a follower knows it; ns since 1970 UTC, 0: nobody knows.
  uint64_t covered_until = 0;
  std::string group; ///< who may read the counters; empty: leave ownership alone
};

/// Whether the process may do what is asked for, and what the request names exists; nothing is
/// created.
[[nodiscard]] Result<void> check_request(const CountRequest &request);

/// Counts `device` as asked for and pins the counters; does nothing where that is so already. On
/// failure the device, its programs and its pins are as before.
[[nodiscard]] Result<Outcome> count_device(const CountRequest &request, const std::string &device);

} // namespace xdpstats
