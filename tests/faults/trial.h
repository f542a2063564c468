// SPDX-License-Identifier: BSD-2-Clause
// One fault at one call of one task, and what must hold afterwards.
#pragma once

#include <string>
#include <vector>

#include "tests/faults/machine.h"
#include "tests/faults/task.h"

namespace xdpstats::test {

enum class Fault { kError, kKill, kRename, kRemove };
inline constexpr Fault kFaults[] = {Fault::kError, Fault::kKill, Fault::kRename, Fault::kRemove};
[[nodiscard]] const char *name_of(Fault fault);

struct Trial {
  unsigned long calls = 0;         ///< how many there were
  std::string hit;                 ///< "nothing": there is no such call
  std::vector<std::string> broken; ///< which invariants
  std::string said;                ///< by the command

  [[nodiscard]] bool was_hit() const { return hit != "nothing"; }
};

/// Prepares, lets `fault` happen at call `at` of the task, looks at everything, and cleans up.
[[nodiscard]] Trial try_fault(Machine &machine, const Task &task, Fault fault, unsigned long at);

/// Whether this fault can happen to this task.
[[nodiscard]] bool applies(const Task &task, Fault fault);

} // namespace xdpstats::test
