// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace xdpstats {

/// How long to wait for a reader that takes nothing.
enum class Patience {
  kUntilStopped, ///< until one of the stop signals (base/stop_signals.h), blocked, has come
  kBrief,        ///< a tenth of a second
};

/// All of `text` to descriptor `fd`; `name` is for the message. Fails with code EPIPE if nobody
/// reads it any more (SIGPIPE must be ignored), with ECANCELED if patience has ended. Uses SIGALRM.
/// Not for several threads at once.
[[nodiscard]] Result<void> write_all(int fd, std::string_view text, const char *name,
                                     Patience patience = Patience::kUntilStopped);

} // namespace xdpstats
