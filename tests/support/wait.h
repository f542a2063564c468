// SPDX-License-Identifier: BSD-2-Clause
// Waiting for what happens in another process or in the kernel.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace xdpstats::test {

/// How long a test waits for what usually takes milliseconds: the machine may be an emulated one.
inline constexpr std::chrono::seconds kPatience{60};

/// Asks again and again until `holds` returns true. False when it does not in time.
[[nodiscard]] bool holds_in_time(const std::function<bool()> &holds,
                                 std::chrono::milliseconds timeout = kPatience);

/// The same; throws std::runtime_error "waited in vain until `what`" when it does not in time.
void wait_until(const std::string &what, const std::function<bool()> &holds,
                std::chrono::milliseconds timeout = kPatience);

} // namespace xdpstats::test
