// SPDX-License-Identifier: BSD-2-Clause
// A fake of the daemon's side of collectd's plugin interface: it loads the built plugin as collectd
// does, calls its callbacks, and keeps what it dispatches. The executable must export its symbols
// (ENABLE_EXPORTS).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/config.h"

namespace xdpstats::test {

struct DispatchedValue {
  std::string name; ///< plugin-plugin_instance/type-type_instance
  int64_t value = 0;
  uint64_t time = 0;
};

/// There can be only one at a time.
class FakeCollectd {
public:
  /// Loads the plugin and has it register its callbacks; throws std::runtime_error.
  FakeCollectd();
  /// Shuts the plugin down, frees its user data and unloads it.
  ~FakeCollectd();
  FakeCollectd(const FakeCollectd &) = delete;
  FakeCollectd &operator=(const FakeCollectd &) = delete;

  /// Each callback returns what the plugin returned.
  int configure(const std::vector<ConfigItem> &children);
  int init();
  int read();

  /// What was dispatched and logged since the last take.
  std::vector<DispatchedValue> take_values();
  /// "WARNING eth0: message" or "OKAY eth0: message".
  std::vector<std::string> take_notifications();
  /// "WARNING message", "INFO message" or "ERROR message".
  std::vector<std::string> take_log();

  /// Makes the daemon refuse the read callback and free its user data, as collectd 5.12 does.
  void refuse_read_callback();
  /// Makes plugin_dispatch_values throw std::runtime_error("out of everything").
  void throw_when_dispatching(bool on);
  /// Drops all values, at almost no cost.
  void discard_values(bool on);
  [[nodiscard]] bool user_data_freed() const;

private:
  void *plugin_;
};

} // namespace xdpstats::test
