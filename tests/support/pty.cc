// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/pty.h"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace xdpstats::test {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void become(const std::vector<std::string> &args, const Environment &env) {
  for (const auto &entry : env) {
    ::putenv(const_cast<char *>(entry.c_str()));
  }
  std::vector<char *> pointers;
  for (const auto &arg : args) {
    pointers.push_back(const_cast<char *>(arg.c_str()));
  }
  pointers.push_back(nullptr);
  ::execvp(pointers[0], pointers.data());
  ::_exit(127);
}

} // namespace

PtyProcess::PtyProcess(const std::vector<std::string> &args, unsigned short columns,
                       unsigned short lines, const Environment &env) {
  const winsize size = {lines, columns, 0, 0};
  int terminal = -1;
  pid_ = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (pid_ < 0) {
    throw std::system_error(errno, std::generic_category(), "forkpty");
  }
  if (pid_ == 0) {
    become(args, env);
  }
  terminal_.reset(terminal);
}

PtyProcess::~PtyProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool PtyProcess::read_some(std::chrono::milliseconds timeout) {
  pollfd readable = {terminal_.get(), POLLIN, 0};
  if (::poll(&readable, 1, static_cast<int>(timeout.count())) != 1) {
    return false;
  }
  char chunk[4096];
  const ssize_t length = ::read(terminal_.get(), chunk, sizeof(chunk)); // EIO: all have closed it
  if (length > 0) {
    unread_.append(chunk, static_cast<size_t>(length));
  }
  return length > 0;
}

std::string PtyProcess::wait_for(const std::string &text, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  size_t found = 0;
  while ((found = unread_.find(text)) == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0 || !read_some(left)) {
      throw std::runtime_error("'" + text + "' never came on the terminal, but: " + unread_);
    }
  }
  std::string seen = unread_.substr(0, found + text.size());
  unread_.erase(0, found + text.size());
  return seen;
}

void PtyProcess::type(const std::string &keys) {
  if (::write(terminal_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::system_error(errno, std::generic_category(), "cannot type");
  }
}

void PtyProcess::resize(unsigned short columns, unsigned short lines) {
  const winsize size = {lines, columns, 0, 0};
  if (::ioctl(terminal_.get(), TIOCSWINSZ, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot resize");
  }
}

termios PtyProcess::settings() const {
  termios settings = {};
  if (::tcgetattr(terminal_.get(), &settings) != 0) {
    throw std::system_error(errno, std::generic_category(), "tcgetattr");
  }
  return settings;
}

int PtyProcess::wait_status(std::chrono::milliseconds timeout) {
  return wait_status(timeout, true);
}

int PtyProcess::wait_status_unread(std::chrono::milliseconds timeout) {
  return wait_status(timeout, false);
}

int PtyProcess::wait_status(std::chrono::milliseconds timeout, bool reading) {
  const auto deadline = Clock::now() + timeout;
  int status = 0;
  while (::waitpid(pid_, &status, WUNTRACED | WNOHANG) == 0) {
    if (Clock::now() > deadline) {
      throw std::runtime_error("the program on the terminal goes on and on");
    }
    // The program's output must be read, as the program waits when the terminal is full.
    if (!reading || !terminal_.valid() || !read_some(std::chrono::milliseconds(10))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  if (!WIFSTOPPED(status)) {
    pid_ = -1;
  }
  return status;
}

std::string PtyProcess::rest() {
  while (read_some(std::chrono::milliseconds(0))) {
  }
  return std::exchange(unread_, {});
}

} // namespace xdpstats::test
