// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// A file, or the place for one: its name in an open directory, so that nobody can exchange a part
/// of the way to it.
struct OutputPlace {
  UniqueFd directory;
  std::string name;
};

/// What `path` stands for, symbolic links followed. A link that belongs to neither root nor the
/// caller is not followed, anywhere on the way: whoever made it would choose what is replaced.
[[nodiscard]] Result<OutputPlace> find_output_place(const std::string &path);

} // namespace xdpstats
