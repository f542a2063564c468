// SPDX-License-Identifier: BSD-2-Clause
// A real collectd with the built plugin and the shipped configuration snippet. It writes to a
// directory of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pinning/stats_map.h"
#include "tests/support/files.h"
#include "tests/support/loader.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace xdpstats::test {

struct AgentOptions {
  std::string interval = "0.1";    ///< seconds
  std::string plugin_options = {}; ///< the contents of another <Plugin xdp_stats> block
  /// The command that runs collectd: setpriv and its options.
  std::vector<std::string> run_by = {};
  std::string daemon_options = {}; ///< options of collectd itself
};

/// A directory in which collectd writes, and may be started again and again. The destructor removes
/// it.
class Agent {
public:
  explicit Agent(AgentOptions options = {});
  ~Agent();
  Agent(const Agent &) = delete;
  Agent &operator=(const Agent &) = delete;

  void start();
  /// Ends it with SIGTERM.
  Finished stop();
  /// Ends it with SIGKILL.
  void kill();
  /// `collectd -T`: reads once.
  [[nodiscard]] Finished test_read() const;
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

  /// One line of a value's CSV file.
  struct Row {
    std::string time;
    std::string value;
    bool operator==(const Row &) const = default;
  };
  /// All rows of "if_rx_packets-pass", or another value of an instance, oldest first.
  [[nodiscard]] std::vector<Row> rows(const std::string &instance, const std::string &value) const;
  /// The names of all values of an instance that were written, sorted.
  [[nodiscard]] std::vector<std::string> values(const std::string &instance) const;
  /// The newest ten values, read after this call.
  [[nodiscard]] Counters newest(const std::string &instance) const;

  /// The lines of the log with this text: "[warning] message". Notifications are lines, too.
  [[nodiscard]] std::vector<std::string> log(const std::string &text) const;

private:
  [[nodiscard]] std::vector<std::string> command(const std::string &mode) const;
  [[nodiscard]] std::string configuration() const;

  AgentOptions options_;
  ScratchDirectory scratch_;
  std::string directory_ = scratch_.path();
  std::unique_ptr<Process> process_;
};

} // namespace xdpstats::test
