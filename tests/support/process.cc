// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

void require(int error, const std::string &what) {
  if (error != 0) {
    throw std::system_error(error, std::generic_category(), what);
  }
}

// A file without a name. Unlike a pipe, it never fills up, so nobody has to read it while the
// program runs.
UniqueFd make_output(const char *name) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  require(fd.valid() ? 0 : errno, "memfd_create");
  return fd;
}

std::string contents(int fd) {
  std::string text;
  char chunk[4096];
  ssize_t length = 0;
  while ((length = ::pread(fd, chunk, sizeof(chunk), static_cast<off_t>(text.size()))) > 0) {
    text.append(chunk, static_cast<size_t>(length));
  }
  return text;
}

std::vector<std::string> merged_environment(const Environment &added) {
  std::vector<std::string> merged = added;
  for (char **entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const auto &other : added) {
      replaced = replaced || other.starts_with(name);
    }
    if (!replaced) {
      merged.push_back(text);
    }
  }
  return merged;
}

std::vector<char *> pointers(const std::vector<std::string> &strings) {
  std::vector<char *> result;
  for (const auto &string : strings) {
    result.push_back(const_cast<char *>(string.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

} // namespace

Process::Process(const std::vector<std::string> &args, const Environment &env)
    : name_(args.at(0)), out_(make_output("stdout")), err_(make_output("stderr")) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out_.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err_.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const auto environment = merged_environment(env);
  const int error = ::posix_spawnp(&pid_, name_.c_str(), &actions, &attributes,
                                   pointers(args).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  require(error, "cannot run '" + name_ + "'");
  // glibc 2.36 declares pidfd_open without extern "C".
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  require(pidfd_.valid() ? 0 : errno, "pidfd_open");
}

Process::~Process() {
  if (!reaped_) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void Process::signal(int number) {
  if (!reaped_) {
    ::kill(pid_, number);
  }
}

std::string Process::out() const { return contents(out_.get()); }
std::string Process::err() const { return contents(err_.get()); }

void Process::wait_for_output(const std::string &text) const {
  if (!holds_in_time([&] { return out().find(text) != std::string::npos; })) {
    throw failed("has not written '" + text + "'");
  }
}

void Process::wait_for_error(const std::string &text) const {
  if (!holds_in_time([&] { return err().find(text) != std::string::npos; })) {
    throw failed("has not written '" + text + "' to stderr");
  }
}

std::runtime_error Process::failed(const std::string &what) const {
  return std::runtime_error("'" + name_ + "' " + what + "\nstdout:\n" + out() + "stderr:\n" +
                            err());
}

bool Process::running() {
  pollfd ended = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  return !reaped_ && ::poll(&ended, 1, 0) == 0;
}

Finished Process::wait(std::chrono::milliseconds timeout) {
  if (!reaped_) {
    pollfd ended = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ended, 1, static_cast<int>(timeout.count())) != 1) {
      throw failed("has not ended after " + std::to_string(timeout.count()) + " ms");
    }
    require(::waitpid(pid_, &status_, 0) == pid_ ? 0 : errno, "waitpid");
    reaped_ = true;
  }
  const int status = WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
  return {status, out(), err()};
}

Finished run(const std::vector<std::string> &args, const Environment &env,
             std::chrono::milliseconds timeout) {
  return Process(args, env).wait(timeout);
}

std::string run_or_throw(const std::vector<std::string> &args) {
  const Finished finished = run(args);
  if (finished.status != 0) {
    std::string command;
    for (const auto &arg : args) {
      command += arg + " ";
    }
    throw std::runtime_error(command + "ended with " + std::to_string(finished.status) + ": " +
                             finished.out + finished.err);
  }
  return finished.out;
}

} // namespace xdpstats::test
