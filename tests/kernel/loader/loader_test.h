// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load as its users run it, in a private network namespace and bpffs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/loader.h"
#include "tests/support/veth.h"

namespace xdpstats::test {

/// The rule-driven program written with xdp_stats.bpf.h, for each CPU or with shared counters.
inline constexpr char kVerdicts[] = PROGRAMS "/verdicts.bpf.o";
inline constexpr char kVerdictsShared[] = PROGRAMS "/verdicts_shared.bpf.o";

/// What is below /sys/fs/bpf (type, owner, mode, inode) and which XDP program each device runs:
/// two equal ones say that nothing was changed in between. libxdp's own empty directory is left
/// out.
[[nodiscard]] std::string machine_state();

/// Expects a failure: its status, first line (whole), hint (whole; "" for none), and that nothing
/// was changed.
void expect_refused(const Command &command, const std::string &message, const std::string &hint,
                    int status = 1);

/// Where libxdp pins the dispatcher that the device runs now.
[[nodiscard]] std::filesystem::path dispatcher_pins(const std::string &device);

/// Waits until the kernel has freed a program: it does so some time after the last reference went.
[[nodiscard]] bool program_is_gone(uint32_t id);

/// Nothing of ours and of libxdp's is pinned, and no device runs an XDP program.
void expect_nothing_left();

/// A veth pair whose near end is counted, and a bpffs that is empty again afterwards.
class LoaderTest : public testing::Test {
protected:
  void TearDown() override;

  VethPair veth_;
};

} // namespace xdpstats::test
