// SPDX-License-Identifier: BSD-2-Clause
// What the command line asks for, checked; knows nothing of kernels.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "loader/tasks/count.h"

namespace xdpstats {

enum class Task {
  kHelp,       ///< text holds what to print on stdout
  kUsageError, ///< text holds what to print on stderr
  kPin,        ///< count, pin, exit or follow
  kForeground, ///< count and show for as long as the process lives
  kUnload,
  kStatus,
};

struct Options {
  Task task = Task::kPin;
  std::string text;
  std::vector<std::string> devices;   ///< names and patterns, see select_devices()
  bool all = false;                   ///< of kUnload: every pinned device
  bool gone = false;                  ///< of kUnload: those whose device is gone
  CountRequest count;                 ///< of kPin and kForeground
  std::chrono::seconds forget{86400}; ///< of kPin that follows: how long to keep what is gone
  std::string pin_root;               ///< of all tasks
  bool json = false;                  ///< of kStatus
  std::chrono::nanoseconds interval = std::chrono::seconds(1); ///< of kForeground
  uint64_t tables = 0; ///< to show in kForeground; 0: until a signal comes
  bool verbose = false;
};

/// Never exits and never prints: help, version and wrong usage come back as tasks.
[[nodiscard]] Options parse_options(int argc, char **argv);

} // namespace xdpstats
