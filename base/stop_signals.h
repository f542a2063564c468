// SPDX-License-Identifier: BSD-2-Clause
// The signals by which people and service managers ask a command to end.
#pragma once

#include <signal.h>

namespace xdpstats {

/// SIGINT, SIGTERM, SIGHUP and SIGQUIT, without those that the caller had ignored (nohup, a shell's
/// background job), which stay ignored.
[[nodiscard]] sigset_t stop_signals();

/// Blocks them: one that comes is kept, and ends nothing half done.
void block_stop_signals();

/// Whether one that is blocked has come and was not taken yet.
[[nodiscard]] bool stop_is_pending();

} // namespace xdpstats
