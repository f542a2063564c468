// SPDX-License-Identifier: BSD-2-Clause
// What a test may do on this kernel. Each probe tries the thing itself.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace xdpstats::test {

struct Probe {
  bool supported = false;
  std::string reason;      ///< why it is not supported: the reason for the skip
  bool due_in_lab = false; ///< whether the lab's kernel must have it
};

/// Programs of type tracing, which observing needs.
[[nodiscard]] Probe can_load_tracing();

/// Programs of type extension, which libxdp's dispatcher needs.
[[nodiscard]] Probe can_load_extension();

/// The kernel function that makes it cheap to get a frame's length; in Linux 6.2 and later.
[[nodiscard]] Probe has_cast_to_kern_ctx();

/// VLANs on top of `device`.
[[nodiscard]] Probe can_add_vlan(const std::string &device);

/// XDP_STATS_LAB=1: this kernel is known to support what the probes ask for.
[[nodiscard]] bool in_lab();

/// "6.12.1-amd64"
[[nodiscard]] std::string kernel_release();

} // namespace xdpstats::test

/// Ends a test that cannot run here: it is skipped or, where the kernel of the lab must support it,
/// has failed.
#define SKIP_UNLESS(probe)                                                                         \
  do {                                                                                             \
    const ::xdpstats::test::Probe probed_ = (probe);                                               \
    if (!probed_.supported && probed_.due_in_lab && ::xdpstats::test::in_lab()) {                  \
      FAIL() << "the lab's kernel must be able to: " << probed_.reason;                            \
    }                                                                                              \
    if (!probed_.supported) {                                                                      \
      GTEST_SKIP() << probed_.reason;                                                              \
    }                                                                                              \
  } while (false)
