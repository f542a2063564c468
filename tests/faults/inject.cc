// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats-inject [OPTION...] COMMAND...: runs a command and lets something happen to its N-th
// system call of those that can fail. The kernel asks us before each of them (seccomp's user
// notification), so that calls of every library, child process and thread are among them, on every
// architecture, and a call costs microseconds.
//   --report FILE  tells there how many calls there were, and which one was hit
//   --from TEXT    does not count before a call of this name, or a file is opened whose path holds
//                  this text
//   --at N         which call; 0 for none
//   --error        it is not made, and fails as such a call fails on a machine without memory
//   --kill         its process is killed before it is made
//   --run SCRIPT   a shell runs this before it is made
// Exit status: the command's; 128 + number if a signal ended it.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace xdpstats::test {
namespace {

struct Call {
  int number;
  const char *name;
  int error; ///< with which it fails where something has run out
};

#define CALL(name, error)                                                                          \
  { SYS_##name, #name, error }
constexpr Call kCalls[] = {
    CALL(bpf, ENOMEM),
    CALL(openat, EMFILE),
    CALL(socket, EMFILE),
    CALL(bind, ENOMEM),
    CALL(setsockopt, ENOMEM),
    CALL(sendto, ENOBUFS),
    CALL(sendmsg, ENOBUFS),
    CALL(recvfrom, ENOMEM),
    CALL(recvmsg, ENOMEM),
    CALL(mmap, ENOMEM),
    CALL(munmap, ENOMEM),
    CALL(fcntl, EMFILE),
    CALL(dup3, EMFILE),
    CALL(flock, ENOLCK),
    CALL(getdents64, ENOMEM),
    CALL(newfstatat, ENOMEM),
    CALL(fstat, ENOMEM),
    CALL(statx, ENOMEM),
    CALL(statfs, ENOMEM),
    CALL(fstatfs, ENOMEM),
    CALL(readlinkat, ENOMEM),
    CALL(faccessat, ENOMEM),
    CALL(faccessat2, ENOMEM),
    CALL(mkdirat, ENOSPC),
    CALL(unlinkat, EBUSY),
    CALL(renameat2, ENOSPC),
    CALL(fchownat, EROFS),
    CALL(fchmod, EROFS),
    CALL(fchmodat, EROFS),
    CALL(fsync, EIO),
    CALL(pread64, EIO),
    CALL(clone, EAGAIN),
    CALL(capset, EPERM),
    CALL(setns, ENOMEM),
    CALL(timerfd_create, EMFILE),
    CALL(epoll_create1, EMFILE),
    CALL(signalfd4, EMFILE),
    CALL(perf_event_open, EMFILE),
    CALL(pipe2, EMFILE),
#ifdef SYS_open // the older calls that x86-64 has besides
    CALL(open, EMFILE),
    CALL(stat, ENOMEM),
    CALL(lstat, ENOMEM),
    CALL(readlink, ENOMEM),
    CALL(access, ENOMEM),
    CALL(mkdir, ENOSPC),
    CALL(rmdir, EBUSY),
    CALL(unlink, EBUSY),
    CALL(rename, ENOSPC),
    CALL(chown, EROFS),
    CALL(chmod, EROFS),
#endif
#ifdef SYS_renameat
    CALL(renameat, ENOSPC),
#endif
};
#undef CALL

const Call &find_call(int number) {
  return *std::find_if(std::begin(kCalls), std::end(kCalls),
                       [number](const Call &call) { return call.number == number; });
}

struct Options {
  std::string report;
  std::string from;
  std::string script;
  unsigned long at = 0;
  bool kill = false;
  char **command = nullptr;
};

// What parent and child tell each other without a system call that would be asked about.
struct Shared {
  std::atomic<int> listener = -1;
  std::atomic<bool> taken = false;
};

[[noreturn]] void give_up(const char *what) {
  std::fprintf(stderr, "xdp-stats-inject: %s: %s\n", what, std::strerror(errno));
  std::exit(125);
}

int install_filter() {
  std::vector<sock_filter> code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const Call &call : kCalls) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<__u32>(call.number), 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog program = {.len = static_cast<unsigned short>(code.size()), .filter = code.data()};
  return static_cast<int>(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

[[noreturn]] void run_command(const Options &options, Shared &shared) {
  shared.listener = install_filter();
  if (shared.listener < 0) {
    shared.listener = -2;
    give_up("cannot install the filter");
  }
  while (!shared.taken) { // the descriptor is closed by execve()
  }
  ::execvp(options.command[0], options.command);
  give_up(options.command[0]);
}

class Injector {
public:
  Injector(const Options &options, UniqueFd listener)
      : options_(options), listener_(std::move(listener)), counting_(options.from.empty()) {}

  // Answers until the command has ended. Its exit status.
  int serve(pid_t child, int pidfd) {
    for (;;) {
      std::array<pollfd, 2> ready = {pollfd{listener_.get(), POLLIN, 0}, pollfd{pidfd, POLLIN, 0}};
      if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) {
        give_up("poll");
      }
      if ((ready[0].revents & POLLIN) != 0) {
        answer();
      } else if (ready[1].revents != 0) {
        break;
      }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  void report() const {
    std::ofstream file(options_.report);
    file << calls_ << ' ' << hit_ << '\n';
  }

private:
  void answer() {
    seccomp_notif asked = {};
    if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) {
      return; // its process was killed
    }
    seccomp_notif_resp answer = {};
    answer.id = asked.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    counting_ = counting_ || is_awaited(asked);
    if (counting_ && ++calls_ == options_.at) {
      happen(asked, answer);
    }
    ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }

  void happen(const seccomp_notif &asked, seccomp_notif_resp &answer) {
    const Call &call = find_call(asked.data.nr);
    hit_ = call.name;
    if (options_.kill) {
      ::kill(static_cast<pid_t>(asked.pid), SIGKILL);
    } else if (options_.script.empty()) {
      answer.flags = 0;
      answer.error = -call.error;
    } else if (std::system(options_.script.c_str()) != 0) {
      hit_ += ", but the script failed";
    }
  }

  [[nodiscard]] bool is_awaited(const seccomp_notif &asked) const {
    if (asked.data.nr != SYS_openat) {
      return options_.from == find_call(asked.data.nr).name;
    }
    const std::string memory = "/proc/" + std::to_string(asked.pid) + "/mem";
    const UniqueFd fd(::open(memory.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 256> path = {};
    const ssize_t length =
        ::pread(fd.get(), path.data(), path.size() - 1, static_cast<off_t>(asked.data.args[1]));
    return length > 0 && std::string_view(path.data()).find(options_.from) != std::string::npos;
  }

  const Options &options_;
  UniqueFd listener_;
  bool counting_;
  unsigned long calls_ = 0;
  std::string hit_ = "nothing";
};

Options parse(char **argv) {
  Options options;
  for (++argv; *argv != nullptr && (*argv)[0] == '-'; ++argv) {
    const std::string_view word = *argv;
    if (word == "--kill") {
      options.kill = true;
    } else if (word != "--error") {
      ++argv;
      std::string &text = word == "--report" ? options.report
                          : word == "--from" ? options.from
                                             : options.script;
      if (*argv == nullptr) {
        break;
      }
      if (word == "--at") {
        options.at = std::strtoul(*argv, nullptr, 10);
      } else {
        text = *argv;
      }
    }
  }
  options.command = argv;
  return options;
}

// A stop is meant for the command.
pid_t command_pid = 0;
void pass_on(int number) { ::kill(command_pid, number); }

int run(char **argv) {
  const Options options = parse(argv);
  if (*options.command == nullptr || options.report.empty()) {
    errno = EINVAL;
    give_up("usage: --report FILE [OPTION...] COMMAND...");
  }
  void *page =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    give_up("mmap");
  }
  Shared &shared = *new (page) Shared;
  command_pid = ::fork();
  if (command_pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    run_command(options, shared);
  }
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, command_pid, 0)));
  while (shared.listener == -1) {
    ::usleep(100);
  }
  if (shared.listener < 0) {
    return 125;
  }
  UniqueFd listener(
      static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), shared.listener.load(), 0)));
  if (!listener.valid()) {
    give_up("cannot get the filter's descriptor");
  }
  ::signal(SIGTERM, pass_on);
  ::signal(SIGINT, pass_on);
  shared.taken = true;
  Injector injector(options, std::move(listener));
  const int status = injector.serve(command_pid, pidfd.get());
  injector.report();
  return status;
}

} // namespace
} // namespace xdpstats::test

int main(int, char **argv) { return xdpstats::test::run(argv); }
