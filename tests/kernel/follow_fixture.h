// SPDX-License-Identifier: BSD-2-Clause
// A running `xdp-stats-load --follow`.
#pragma once

#include <string>
#include <vector>

#include "tests/kernel/observe_fixture.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace xdpstats::test {

class Follow : public Observe {};

/// xdp-stats-load --pin --observe --follow of these devices, begun: it has said so of each.
class Follower {
public:
  explicit Follower(const std::vector<std::string> &devices = {"va"}, const Environment &env = {});

  /// Waits until the log says `text` more often than when it was last waited for; throws
  /// std::runtime_error with the log if it does not.
  void await(const std::string &text);

  void signal(int number) { process_.signal(number); }
  Finished wait() { return process_.wait(); }
  /// How many files it holds open, but for those of a moment.
  [[nodiscard]] size_t descriptors() const;
  [[nodiscard]] std::string log() const { return process_.out() + process_.err(); }

private:
  Process process_;
  size_t read_ = 0; ///< how much of the output was waited for
};

/// How many links trace programs now.
[[nodiscard]] size_t observers();

} // namespace xdpstats::test
