// SPDX-License-Identifier: BSD-2-Clause
// What the tests of observing send and expect.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pinning/stats_map.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/foreign.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/veth.h"

namespace xdpstats::test {

class Observe : public testing::Test {
protected:
  void SetUp() override {
    SKIP_UNLESS(can_load_tracing());
    SKIP_UNLESS(can_load_extension());
  }
};

/// What `--status --json` says about a device.
[[nodiscard]] nlohmann::json status_of(const std::string &device);

/// Sends frames out of `device`: for each verdict, and for a number that is no verdict, a prime
/// count of them, each `added_size` bytes longer than usual. Returns what has to be counted.
Counters send_each_verdict(const std::string &device, size_t added_size = 0);

/// Sends frames that "rules" passes. Returns what has to be counted.
Counters send_passing(const std::string &device, uint64_t count);

[[nodiscard]] Counters sum(const Counters &one, const Counters &other);

/// An IPv4 frame of `size` bytes to a UDP port.
[[nodiscard]] std::vector<uint8_t> udp_frame(size_t size, uint16_t port);

/// The id of the program in a device's chain whose name begins with `name`, as xdp-loader reports
/// it.
[[nodiscard]] uint32_t component(const std::string &device, const std::string &name);

} // namespace xdpstats::test
