// SPDX-License-Identifier: BSD-2-Clause
// A program on a terminal of its own, with somebody at the keyboard.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/fd.h"
#include "tests/support/process.h"

namespace xdpstats::test {

/// Whatever goes wrong with the terminal throws std::runtime_error. The program, which leads the
/// terminal's session, is killed if it is still there at the end.
class PtyProcess {
public:
  PtyProcess(const std::vector<std::string> &args, unsigned short columns, unsigned short lines,
             const Environment &env = {});
  ~PtyProcess();
  PtyProcess(const PtyProcess &) = delete;
  PtyProcess &operator=(const PtyProcess &) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Keeps reading the screen until it was sent `text`, counted from the last call; throws, with
  /// what was sent instead, when that takes too long. Returns all that was sent since.
  std::string wait_for(const std::string &text,
                       std::chrono::milliseconds timeout = std::chrono::seconds(20));

  void type(const std::string &keys);
  void resize(unsigned short columns, unsigned short lines);
  [[nodiscard]] termios settings() const;

  /// Takes the terminal away: the program gets SIGHUP.
  void hang_up() { terminal_.reset(); }

  /// Waits for the state of the program to change: as waitpid(pid, ..., WUNTRACED) says.
  int wait_status(std::chrono::milliseconds timeout = std::chrono::seconds(20));

  /// All that is still to be read, after the end.
  std::string rest();

private:
  bool read_some(std::chrono::milliseconds timeout);

  UniqueFd terminal_;
  pid_t pid_ = -1;
  std::string unread_;
};

} // namespace xdpstats::test
