// SPDX-License-Identifier: BSD-2-Clause
// bpffs has no plain files: what is locked there is a directory that only its owner may open.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// Opens the directory, which is made first if it is not there. Fails if it belongs to somebody
/// else, and with code ENOENT if what it is to be in does not exist.
[[nodiscard]] Result<UniqueFd> open_lock_directory(const std::string &path);

/// Whether `path` still is what was opened: whoever holds a lock may remove it.
[[nodiscard]] bool is_same_file(int fd, const std::string &path);

} // namespace xdpstats
