// SPDX-License-Identifier: BSD-2-Clause
// All that xdp-stats-load could have changed, as a text.
#pragma once

#include <set>
#include <string>

namespace xdpstats::test {

/// Everything below /sys/fs/bpf, sorted, without the files that the kernel itself puts into each
/// bpffs and without libxdp's own empty directory.
[[nodiscard]] std::set<std::string> pinned_paths();

/// Everything below /sys/fs/bpf (type, owner, mode, inode), and which XDP program each device runs.
/// If two such texts are equal, nothing was changed in between. libxdp's own empty directory is
/// left out.
[[nodiscard]] std::string machine_state();

/// The same without what a failed change of "va" cannot put back. libxdp puts a program back into a
/// dispatcher by building a new dispatcher, which has another id; and an observer that has moved to
/// the device's new program is not moved back to the old one.
[[nodiscard]] std::string lasting_state();

} // namespace xdpstats::test
