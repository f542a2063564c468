// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/stalled.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace xdpstats::test {
namespace {

constexpr std::chrono::milliseconds kPause{5};

void require(bool well, const char *what) {
  if (!well) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

// The kernel's name for where it waits.
std::string waits_in(pid_t pid) {
  std::string place;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/wchan"), place);
  return place;
}

} // namespace

void wait_until_in(pid_t pid, const std::string &place) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (waits_in(pid).find(place) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("it waits in '" + waits_in(pid) + "', not in '" + place + "'");
    }
    std::this_thread::sleep_for(kPause);
  }
}

StalledProcess::StalledProcess(const std::vector<std::string> &args) {
  int ends[2] = {-1, -1};
  require(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  reader_.reset(ends[0]);
  const UniqueFd writer(ends[1]);
  require(::fcntl(writer.get(), F_SETPIPE_SZ, 4096) >= 0, "F_SETPIPE_SZ");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, writer.get(), STDERR_FILENO);
  std::vector<char *> pointers;
  for (const auto &arg : args) {
    pointers.push_back(const_cast<char *>(arg.c_str()));
  }
  pointers.push_back(nullptr);
  const int error = ::posix_spawnp(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  errno = error;
  require(error == 0, pointers[0]);
}

StalledProcess::~StalledProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void StalledProcess::wait_until_stalled() const { wait_until_in(pid_, "pipe_write"); }

int StalledProcess::end_by(int signal, std::chrono::milliseconds timeout) {
  require(::kill(pid_, signal) == 0, "kill");
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  int status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(pid_, &status, WNOHANG)) != pid_;) {
    require(ended == 0, "waitpid");
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("it has not ended after " + std::to_string(timeout.count()) + " ms");
    }
    std::this_thread::sleep_for(kPause);
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace xdpstats::test
