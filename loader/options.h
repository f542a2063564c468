// SPDX-License-Identifier: BSD-2-Clause
// What the command line asks for, checked; knows nothing of kernels.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pinning/stats_map.h"

namespace xdpstats {

enum class Task {
  kHelp,       ///< text holds what to print on stdout
  kUsageError, ///< text holds what to print on stderr
  kAttach,     ///< count, pin, exit
  kForeground, ///< count and show for as long as the process lives
  kUnload,
  kStatus,
};

/// What counts: our own program, a tracing program beside somebody else's, or the user's program.
enum class Source { kBuiltin, kObserve, kProgram };

/// How to attach; numbers of enum xdp_stats_attach_mode, kAuto leaves the choice to the kernel.
enum class AttachMode { kAuto = 0, kNative = 1, kSkb = 2, kHw = 3 };

struct Options {
  Task task = Task::kAttach;
  std::string text;
  std::vector<std::string> devices;
  bool pin = false;
  std::string pin_root;
  std::string group; ///< empty: leave ownership alone
  Source source = Source::kBuiltin;
  std::string program; ///< FILE[:NAME] of --program
  AttachMode mode = AttachMode::kAuto;
  std::optional<MapKind> map_kind;
  bool chain = false;
  std::optional<unsigned> priority;
  bool reset = false;
  bool follow = false; ///< stay, and go along with changes
  bool json = false;
  std::chrono::nanoseconds interval = std::chrono::seconds(1); ///< of foreground mode
  uint64_t count = 0; ///< tables to show in foreground mode; 0: until a signal comes
  bool verbose = false;
};

/// Never exits and never prints: help, version and wrong usage come back as tasks.
[[nodiscard]] Options parse_options(int argc, char **argv);

} // namespace xdpstats
