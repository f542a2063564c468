// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load as its users run it, in a private network namespace and bpffs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/loader.h"
#include "tests/support/machine_state.h"
#include "tests/support/veth.h"

namespace xdpstats::test {

/// The program of verdicts.bpf.c, written with xdp_stats.bpf.h, with per-CPU or with shared
/// counters.
inline constexpr char kVerdicts[] = PROGRAMS "/verdicts.bpf.o";
inline constexpr char kVerdictsShared[] = PROGRAMS "/verdicts_shared.bpf.o";

/// Expects that the command fails with this status, prints exactly this message and hint ("" for no
/// hint), and changes nothing.
void expect_refused(const Command &command, const std::string &message, const std::string &hint,
                    int status = 1);

/// Where libxdp pins the device's present dispatcher.
[[nodiscard]] std::filesystem::path dispatcher_pins(const std::string &device);

/// Waits until the kernel has freed a program, which may be some time after its last reference is
/// gone.
[[nodiscard]] bool program_is_gone(uint32_t id);

/// Expects that nothing of ours or of libxdp's is pinned and that no device has an XDP program.
void expect_nothing_left();

/// A veth pair whose near end is counted; the bpffs is emptied at the end.
class LoaderTest : public testing::Test {
protected:
  void TearDown() override;

  VethPair veth_;
};

} // namespace xdpstats::test
