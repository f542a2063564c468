// SPDX-License-Identifier: BSD-2-Clause
// Running programs as a user does: no shell, a time limit, standard output and standard error kept
// apart. Throws std::runtime_error if a program cannot be run; what goes wrong in it is its exit
// status.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/fd.h"

namespace xdpstats::test {

/// Each "NAME=value" is added to the environment of this process, or replaces what is there.
using Environment = std::vector<std::string>;

inline constexpr std::chrono::seconds kRunTimeout{60};

struct Finished {
  int status = 0; ///< the exit status; 128 + number when a signal ended it
  std::string out;
  std::string err;
};

/// A running program. The destructor kills it, with its process group, if it is still running.
class Process {
public:
  explicit Process(const std::vector<std::string> &args, const Environment &env = {});
  ~Process();
  Process(const Process &) = delete;
  Process &operator=(const Process &) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number);

  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  /// Waits until stdout holds `text`; throws, with both outputs, when it does not in time.
  void wait_for_output(const std::string &text) const;
  /// The same for stderr.
  void wait_for_error(const std::string &text) const;

  [[nodiscard]] bool running();

  /// Waits for its end; throws when it has not ended in time.
  Finished wait(std::chrono::milliseconds timeout = kRunTimeout);

private:
  [[nodiscard]] std::runtime_error failed(const std::string &what) const;

  std::string name_;
  UniqueFd out_;
  UniqueFd err_;
  UniqueFd pidfd_;
  pid_t pid_ = -1;
  bool reaped_ = false;
  int status_ = 0;
};

/// Runs a program, found by PATH, to its end.
Finished run(const std::vector<std::string> &args, const Environment &env = {},
             std::chrono::milliseconds timeout = kRunTimeout);

/// The same for a program that has to succeed: throws, with its output, unless it exits with 0.
/// Returns stdout.
std::string run_or_throw(const std::vector<std::string> &args);

} // namespace xdpstats::test
