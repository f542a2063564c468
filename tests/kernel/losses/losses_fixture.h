// SPDX-License-Identifier: BSD-2-Clause
// A counted device whose program sends frames on to where a test says, and what is lost then.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

#include "base/fd.h"
#include "pinning/losses_map.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/kernel/programs/losing.h"
#include "tests/support/frames.h"

namespace xdpstats::test {

/// Lost packets by action and reason: {"redirect EINVAL", 1009}.
using Lost = std::map<std::string, uint64_t>;

/// What is pinned for a device; throws std::runtime_error.
[[nodiscard]] Lost pinned_losses(const std::string &device);

/// A map of the program that a device runs, by its name.
[[nodiscard]] UniqueFd map_of(const std::string &device, const std::string &name);

/// Sends frames out of `device` to a program that does `how` with them, `where`.
void send_to(const std::string &device, uint64_t count, uint8_t how, uint8_t where = 0,
             size_t size = 61);

/// A tap device whose queue holds `length` frames, which nobody reads.
class FullTap {
public:
  /// Throws Unsupported where this machine has no tap devices.
  FullTap(const std::string &name, unsigned length);

  struct Unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

private:
  UniqueFd fd_;
};

/// A veth pair of which neither end takes XDP frames; gone with the namespace.
void add_plain_pair(const std::string &one, const std::string &other, unsigned mtu = 1500);

class LossesTest : public LoaderTest {
protected:
  /// Counts `device` with losing.bpf.c and --losses.
  static void count(const std::string &device, const Command &more = {});
};

} // namespace xdpstats::test
