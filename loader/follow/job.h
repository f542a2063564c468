// SPDX-License-Identifier: BSD-2-Clause
// Work that is done in a process of its own: a follower that waits for a lock, ours or libxdp's,
// must stay alive meanwhile. And libxdp 1.3 leaves the programs open that it looks at (1.4.3 does
// not): a process that stays would keep them loaded.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/result.h"
#include "loader/tasks/outcome.h"

namespace xdpstats {

class Job {
public:
  /// Begins it.
  [[nodiscard]] static Result<Job> start(const std::function<Result<Outcome>()> &work);
  Job(Job &&other) noexcept
      : process_(std::exchange(other.process_, -1)), pipe_(std::move(other.pipe_)),
        text_(std::move(other.text_)) {}
  Job &operator=(Job &&) = delete;
  Job(const Job &) = delete;
  Job &operator=(const Job &) = delete;
  /// Waits for its end.
  ~Job();

  /// Readable when there is something to take.
  [[nodiscard]] int fd() const { return pipe_.get(); }

  /// What came of it; nullopt: it is still at work.
  [[nodiscard]] std::optional<Result<Outcome>> take();

  /// It ends as soon as nothing is half done, and waits for nobody any more.
  void hurry() const;

private:
  Job(pid_t process, UniqueFd pipe) : process_(process), pipe_(std::move(pipe)) {}

  pid_t process_;
  UniqueFd pipe_;
  std::string text_; ///< what it has told so far
};

} // namespace xdpstats
