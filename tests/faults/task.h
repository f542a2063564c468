// SPDX-License-Identifier: BSD-2-Clause
// What is swept: each task of both commands and of the plugin, in each mode.
#pragma once

#include <string>
#include <vector>

#include "tests/support/loader.h"

namespace xdpstats::test {

struct Task {
  enum class Kind {
    kCount,      ///< a run of the loader after which "va" is to be counted
    kUnload,     ///< a run after which nothing of ours is to be left
    kFollow,     ///< the same as kCount, by a process that stays until it is told to end
    kForeground, ///< counts as long as it runs
    kRead,       ///< changes nothing, and prints what is pinned
    kAgent,      ///< collectd with the plugin
  };
  enum class Needs { kNothing, kTracing, kDispatcher };

  std::string name;
  Kind kind = Kind::kCount;
  std::vector<Command> before; ///< what is run first
  Command command;
  bool counted = false; ///< "va" is counted before
  Needs needs = Needs::kNothing;

  [[nodiscard]] bool resets() const;
};

/// Those that this kernel can run.
[[nodiscard]] std::vector<Task> tasks_of_this_kernel();

} // namespace xdpstats::test
