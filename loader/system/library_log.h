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

/// "what: reason" where the kernel gave a reason of its own, else "what: strerror(code)", with the
/// verifier's reason where it refused a program, and, on the lines below it, what the libraries
/// said since forget_library_log. Where a known cause shows in that, the hint is its way out.
[[nodiscard]] Failure library_failure(std::string what, int code, std::string hint = {});

/// The reason the kernel itself gave in the held-back text (extended netlink error), empty if it
/// gave none.
[[nodiscard]] std::string kernel_message_in(const std::string &log);

/// The verifier's reason in what libbpf printed of the program that it loaded last; empty if it
/// refused none.
[[nodiscard]] std::string verifier_reason_in(const std::string &log);

} // namespace xdpstats
