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

/// Every problem with the terminal throws std::runtime_error. The destructor kills the program,
/// which leads the terminal's session, if it is still running.
class PtyProcess {
public:
  PtyProcess(const std::vector<std::string> &args, unsigned short columns, unsigned short lines,
             const Environment &env = {});
  ~PtyProcess();
  PtyProcess(const PtyProcess &) = delete;
  PtyProcess &operator=(const PtyProcess &) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Reads what the program writes until `text` comes, counted from the last call. Returns all that
  /// was written since then; throws, with what was written instead, if `text` does not come in
  /// time.
  std::string wait_for(const std::string &text,
                       std::chrono::milliseconds timeout = std::chrono::seconds(20));

  void type(const std::string &keys);
  void resize(unsigned short columns, unsigned short lines);
  [[nodiscard]] termios settings() const;

  /// Takes the terminal away: the program gets SIGHUP.
  void hang_up() { terminal_.reset(); }

  /// Waits for a change of the program's state, and returns it as waitpid(pid, ..., WUNTRACED)
  /// does.
  int wait_status(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  /// The same with nobody reading the screen meanwhile.
  int wait_status_unread(std::chrono::milliseconds timeout = std::chrono::seconds(20));

  /// What is left to read after the program has ended.
  std::string rest();

private:
  int wait_status(std::chrono::milliseconds timeout, bool reading);
  bool read_some(std::chrono::milliseconds timeout);

  UniqueFd terminal_;
  pid_t pid_ = -1;
  std::string unread_;
};

} // namespace xdpstats::test
