// SPDX-License-Identifier: BSD-2-Clause
// What becomes of a command when there is no memory left: a message and status 1.
#pragma once

namespace xdpstats {

/// Runs `body`, which returns the exit status, with `argument`. While it runs, a reserve of memory
/// is set aside: when there is no more, it is given back once, so that what was begun can be
/// finished or undone. What `body` throws is reported on standard error; the status is then 1.
/// Wherever an exception for want of memory cannot be thrown or caught, before main() too, the
/// process ends with the same message and status. Neither the message nor what leads to it needs
/// memory.
int run_with_reserve(int (*body)(void *argument), void *argument) noexcept;

/// For main(): `body` is anything that can be called and returns the exit status.
template <typename Body> int guard_main(Body body) noexcept {
  return run_with_reserve([](void *argument) { return (*static_cast<Body *>(argument))(); }, &body);
}

} // namespace xdpstats
