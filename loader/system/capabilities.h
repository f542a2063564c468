// SPDX-License-Identifier: BSD-2-Clause
// The process's capabilities: the needed ones raised, the rest dropped for good.
#pragma once

#include <sys/capability.h>

#include <vector>

#include "base/result.h"

namespace xdpstats {

/// From here on the process has at most `wanted` of what it was given, in its effective and
/// permitted sets.
[[nodiscard]] Result<void> keep_capabilities(const std::vector<cap_value_t> &wanted);

[[nodiscard]] bool has_capability(cap_value_t capability);

/// Fails with the names of those that are missing; `purpose` completes "... is needed to PURPOSE".
/// CAP_SYS_ADMIN stands in for CAP_BPF and CAP_PERFMON, as it does in the kernel.
[[nodiscard]] Result<void> require_capabilities(const std::vector<cap_value_t> &needed,
                                                const std::string &purpose);

} // namespace xdpstats
