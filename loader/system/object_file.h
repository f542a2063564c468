// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "base/result.h"

namespace xdpstats {

/// All of the file at `path`. Fails at once where reading might never end: only regular files are
/// read, of 64 MiB at most.
[[nodiscard]] Result<std::string> read_object_file(const std::string &path);

} // namespace xdpstats
