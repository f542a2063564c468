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

/// Runs xdp-stats-load --pin --observe --follow for these devices. It has reported each of them
/// when the constructor returns.
class Follower {
public:
  explicit Follower(const std::vector<std::string> &devices = {"va"}, const Environment &env = {});

  /// Waits for a new line with `text` in the log, after the one that was last waited for. Throws
  /// std::runtime_error with the log if there is none.
  void await(const std::string &text);

  void signal(int number) { process_.signal(number); }
  Finished wait() { return process_.wait(); }
  /// How many files it holds open, without those that it opens for a moment.
  [[nodiscard]] size_t descriptors() const;
  [[nodiscard]] std::string log() const { return process_.out() + process_.err(); }

private:
  Process process_;
  size_t read_ = 0; ///< up to where the output was waited for
};

/// How many links there are that trace programs.
[[nodiscard]] size_t observers();

} // namespace xdpstats::test
