// SPDX-License-Identifier: BSD-2-Clause
// What holds this process apart from the rest of the machine, for hints: whoever meets a refusal
// should look there first.
#pragma once

#include <string>

namespace xdpstats {

/// The network namespace NAME of `ip netns exec NAME`, which also gives a command mounts of its
/// own, without what was mounted below /sys; empty where it does not run under that.
[[nodiscard]] std::string ip_netns_exec_name();

/// Whether a seccomp filter may refuse its system calls, as a container's does.
[[nodiscard]] bool is_under_seccomp();

/// Whether its root is root of a user namespace alone.
[[nodiscard]] bool is_in_user_namespace();

/// Whether the running kernel is this version of Linux or a later one.
[[nodiscard]] bool kernel_is_at_least(unsigned major, unsigned minor);

} // namespace xdpstats
