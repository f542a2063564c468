// SPDX-License-Identifier: BSD-2-Clause
// libbpf writes its warnings to stderr, which is collectd's, and has one print function for the
// whole process, in which other plugins may use libbpf too.
#pragma once

namespace xdpstats {

/// While one of these lives, what libbpf says in this thread is dropped. Other threads' messages go
/// to whatever print function was set before.
class LibbpfQuiet {
public:
  LibbpfQuiet();
  LibbpfQuiet(const LibbpfQuiet &) = delete;
  LibbpfQuiet &operator=(const LibbpfQuiet &) = delete;
  ~LibbpfQuiet();

  /// Puts our print function in front of the present one, and back. Both while collectd runs no
  /// other thread: its init and shutdown callbacks.
  static void install();
  static void uninstall();
};

} // namespace xdpstats
