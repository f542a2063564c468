// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "base/result.h"

namespace xdpstats {

/// Replaces `path` by a file of mode 0644 that holds `text`: a reader sees either the whole old
/// file or the whole new one. Fails, and leaves `path` as it was, if `path` is not a regular file.
[[nodiscard]] Result<void> replace_file(const std::string &path, const std::string &text);

} // namespace xdpstats
