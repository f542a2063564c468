// SPDX-License-Identifier: BSD-2-Clause
// A running `xdp-stats-load --follow`.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "tests/kernel/observe_fixture.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace xdpstats::test {

class Follow : public Observe {};

/// What a service manager hears (sd_notify(3)).
class ServiceManager {
public:
  ServiceManager();
  ~ServiceManager();
  ServiceManager(const ServiceManager &) = delete;
  ServiceManager &operator=(const ServiceManager &) = delete;

  /// NOTIFY_SOCKET of who is to speak to it.
  [[nodiscard]] const std::string &path() const { return path_; }
  /// Waits until it hears this line. What it heard before is forgotten.
  void hear(const std::string &line);

private:
  void listen();

  std::string path_;
  UniqueFd socket_;
  std::mutex mutex_; ///< of heard_
  std::string heard_;
  std::atomic<bool> ending_ = false;
  std::thread thread_; ///< listens always, as whoever speaks waits for that
};

struct Following {
  Command args;        ///< beside --pin --follow
  Environment env;     ///< in addition
  Command before = {}; ///< what starts it: {"nice"}
};

class Follower {
public:
  /// Runs xdp-stats-load --pin --observe --follow for these devices. It has reported each of them
  /// when the constructor returns.
  explicit Follower(const std::vector<std::string> &devices = {"va"}, const Environment &env = {});
  /// Runs xdp-stats-load --pin --follow. It has told the service manager that it is ready when the
  /// constructor returns.
  explicit Follower(const Following &following);

  /// Waits for a new line with `text` in the log, after the one that was last waited for. Throws
  /// std::runtime_error with the log if there is none.
  void await(const std::string &text);
  /// Waits until its standard error has the text.
  void await_error(const std::string &text) const { process_.wait_for_error(text); }

  void signal(int number) { process_.signal(number); }
  [[nodiscard]] bool running() { return process_.running(); }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  Finished wait(std::chrono::milliseconds timeout = kRunTimeout) { return process_.wait(timeout); }
  /// How many files it holds open, without those that it opens for a moment.
  [[nodiscard]] size_t descriptors() const;
  [[nodiscard]] std::string log() const { return process_.out() + process_.err(); }
  [[nodiscard]] std::string errors() const { return process_.err(); }
  ServiceManager &service_manager() { return service_manager_; }

private:
  ServiceManager service_manager_;
  Process process_;
  size_t read_ = 0; ///< up to where the output was waited for
};

/// How many links there are that trace programs.
[[nodiscard]] size_t observers();

} // namespace xdpstats::test
