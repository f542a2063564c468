// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace xdpstats {

/// What was done, as a sentence for the user, and what else is worth knowing.
struct Outcome {
  std::string done;
  std::vector<std::string> notes;
};

/// The failure of a task that changes `device`, with a message that names it and says what was
/// changed all the same.
[[nodiscard]] Error with_what_stands(Error error, const std::string &device);

} // namespace xdpstats
