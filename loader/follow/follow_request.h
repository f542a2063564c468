// SPDX-License-Identifier: BSD-2-Clause
// What a follower is asked for.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "loader/observe/observer_code.h"
#include "loader/tasks/count.h"

namespace xdpstats {

struct FollowRequest {
  CountRequest count;
  std::vector<std::string> devices;   ///< names and patterns
  std::chrono::seconds forget{86400}; ///< how long to keep the counters of what is gone
};

/// Fails for what would fail for every device alike, and always. Reads the program of
/// Source::kProgram into the request, and prepares `code` where it will be needed.
[[nodiscard]] Result<void> check_follow_request(FollowRequest &request, ObserverCode &code);

} // namespace xdpstats
