// SPDX-License-Identifier: BSD-2-Clause
// A program whose output nobody reads, though somebody could: a pager that waits for a key.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/fd.h"

namespace xdpstats::test {

/// Waits until the process waits in a function of the kernel whose name holds `place`.
void wait_until_in(pid_t pid, const std::string &place);

/// Whatever goes wrong with running the program throws std::runtime_error. It is killed if it is
/// still there at the end.
class StalledProcess {
public:
  /// Its standard output, and its standard error with it, are a pipe of one page.
  explicit StalledProcess(const std::vector<std::string> &args);
  ~StalledProcess();
  StalledProcess(const StalledProcess &) = delete;
  StalledProcess &operator=(const StalledProcess &) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Waits until the program waits for somebody to read.
  void wait_until_stalled() const;

  /// Sends a signal and waits for the end: its exit status, 128 + number when a signal ended it.
  int end_by(int signal, std::chrono::milliseconds timeout = std::chrono::seconds(20));

private:
  UniqueFd reader_;
  pid_t pid_ = -1;
};

} // namespace xdpstats::test
