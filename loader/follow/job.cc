// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/job.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <vector>

#include "base/write_all.h"

namespace xdpstats {
namespace {

// Texts for people have no NUL: it ends each of them on the way.
std::string join(const std::vector<std::string> &texts) {
  std::string joined;
  for (const auto &text : texts) {
    joined.append(text.c_str()).push_back('\0');
  }
  return joined;
}

std::vector<std::string> split(const std::string &joined) {
  std::vector<std::string> texts;
  for (size_t begin = 0; begin < joined.size();) {
    texts.emplace_back(joined.c_str() + begin);
    begin += texts.back().size() + 1;
  }
  return texts;
}

constexpr char kDone[] = "done";
constexpr char kFailed[] = "failed";

std::string spell(const Result<Outcome> &outcome) {
  if (!outcome) {
    const Error &error = outcome.error();
    return join({kFailed, std::to_string(error.code), error.message, error.hint, error.stands});
  }
  std::vector<std::string> texts = {kDone, outcome->done};
  texts.insert(texts.end(), outcome->notes.begin(), outcome->notes.end());
  return join(texts);
}

Result<Outcome> read_back(const std::string &joined) {
  const auto texts = split(joined);
  if (texts.size() >= 2 && texts[0] == kDone) {
    return Outcome{texts[1], {texts.begin() + 2, texts.end()}};
  }
  if (texts.size() == 5 && texts[0] == kFailed) {
    Error error{texts[2], texts[3], 0, texts[4]};
    std::from_chars(texts[1].data(), texts[1].data() + texts[1].size(), error.code);
    return Failure(error);
  }
  return failure("a process that was to do part of the work ended early");
}

[[noreturn]] void work_and_exit(const std::function<Result<Outcome>()> &work, int pipe) {
  try {
    static_cast<void>(write_all(pipe, spell(work()), "a pipe"));
  } catch (...) {
    // Out of memory: it has ended early.
  }
  ::_exit(0);
}

} // namespace

Result<Job> Job::start(const std::function<Result<Outcome>()> &work) {
  std::array<int, 2> ends = {};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return os_failure("cannot create a pipe", errno);
  }
  UniqueFd out(ends[0]);
  const UniqueFd in(ends[1]);
  if (::fcntl(out.get(), F_SETFL, O_NONBLOCK) != 0) {
    return os_failure("cannot set up a pipe", errno);
  }
  const pid_t process = ::fork();
  if (process < 0) {
    return os_failure("cannot begin a process", errno);
  }
  if (process == 0) {
    work_and_exit(work, in.get());
  }
  return Job(process, std::move(out));
}

Job::~Job() {
  // Where SIGCHLD is ignored the kernel has taken the process away already.
  while (process_ > 0 && ::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<Result<Outcome>> Job::take() {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t length = ::read(pipe_.get(), buffer.data(), buffer.size());
    if (length > 0) {
      text_.append(buffer.data(), static_cast<size_t>(length));
    } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
      return read_back(text_);
    } else if (errno == EAGAIN) {
      return std::nullopt;
    }
  }
}

void Job::hurry() const {
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
  }
}

} // namespace xdpstats
