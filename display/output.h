// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "base/result.h"

namespace xdpstats {

/// Replaces the regular file that `path` stands for by one that holds `text`: a reader sees either
/// the whole old file or the whole new one. It keeps mode and group, and the owner where the caller
/// may give files away; a new file has mode 0644. On failure the old file is as it was. Whatever
/// happens, one file at most is left beside it, ".NAME.xdp-stats", which the next call replaces.
[[nodiscard]] Result<void> replace_file(const std::string &path, const std::string &text);

} // namespace xdpstats
