// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

namespace xdpstats {

/// Turns this process into the server, with the same arguments. Returns only if that failed.
[[nodiscard]] Error become_server(char **argv);

} // namespace xdpstats
