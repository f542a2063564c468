// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

namespace xdpstats {

/// What was done, as a sentence for the user, and what else is worth knowing.
struct Outcome {
  std::string done;
  std::vector<std::string> notes;
};

} // namespace xdpstats
