// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-load as its users run it, in a private network namespace and bpffs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/netdev.h"
#include "bpf/xdp_stats_info.h"
#include "pinning/stats_map.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {

/// The rule-driven program written with xdp_stats.bpf.h, for each CPU or with shared counters.
inline constexpr char kVerdicts[] = PROGRAMS "/verdicts.bpf.o";
inline constexpr char kVerdictsShared[] = PROGRAMS "/verdicts_shared.bpf.o";

using Command = std::vector<std::string>;

/// "xdp-stats-load ARGS".
[[nodiscard]] Command loader(Command args);

/// Runs it.
Finished load(const Command &args);

/// Runs it and expects it to succeed; returns what it printed on stdout.
std::string load_well(const Command &args);

/// What is below /sys/fs/bpf (type, owner, mode, inode) and which XDP program each device runs:
/// two equal ones say that nothing was changed in between. libxdp's own empty directory is left
/// out.
[[nodiscard]] std::string machine_state();

/// Expects a failure: its status, first line (whole), hint (whole; "" for none), and that nothing
/// was changed.
void expect_refused(const Command &command, const std::string &message, const std::string &hint,
                    int status = 1);

/// As rtnetlink tells.
[[nodiscard]] Netdev netdev(const std::string &device);

/// Where libxdp pins the dispatcher that the device runs now.
[[nodiscard]] std::filesystem::path dispatcher_pins(const std::string &device);

/// The counters pinned for a device; throws std::runtime_error.
[[nodiscard]] Counters pinned_counters(const std::string &device);
/// The record pinned for a device; throws std::runtime_error.
[[nodiscard]] xdp_stats_info pinned_info(const std::string &device);

/// Waits until the kernel has freed a program: it does so some time after the last reference went.
[[nodiscard]] bool program_is_gone(uint32_t id);

/// Waits until `condition` holds; throws std::runtime_error after 20 seconds.
void wait_until(const std::function<bool()> &condition);

/// Nothing of ours and of libxdp's is pinned, and no device runs an XDP program.
void expect_nothing_left();

/// A veth pair whose near end is counted, and a bpffs that is empty again afterwards.
class LoaderTest : public testing::Test {
protected:
  void TearDown() override;

  VethPair veth_;
};

} // namespace xdpstats::test
