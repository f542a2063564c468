// SPDX-License-Identifier: BSD-2-Clause
// What libbpf and libxdp print: held back, so that it can be shown when a load fails, and passed on
// at once as well if asked to (--verbose).
#pragma once

#include <string>

#include "base/result.h"

namespace xdpstats {

/// Takes over both libraries' output for the life of the process. `verbose`: to stderr at once.
void capture_library_log(bool verbose);

/// Forgets what was held back: call before the operation whose failure is to be explained.
void forget_library_log();

/// "what: reason" where the kernel gave a reason of its own, else "what: strerror(code)" and, on
/// the lines below it, what the libraries said since forget_library_log.
[[nodiscard]] Failure library_failure(std::string what, int code, std::string hint = {});

/// The reason the kernel itself gave in the held-back text (extended netlink error), empty if it
/// gave none.
[[nodiscard]] std::string kernel_message_in(const std::string &log);

} // namespace xdpstats
