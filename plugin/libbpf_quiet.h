// SPDX-License-Identifier: BSD-2-Clause
// libbpf writes its warnings to stderr, which here is the one of collectd. It has a single print
// function for the whole process, and other plugins may use libbpf too.
#pragma once

namespace xdpstats {

/// While an object of this class lives, libbpf's messages in this thread are dropped. Messages of
/// other threads go to the print function that was set before.
class LibbpfQuiet {
public:
  LibbpfQuiet();
  LibbpfQuiet(const LibbpfQuiet &) = delete;
  LibbpfQuiet &operator=(const LibbpfQuiet &) = delete;
  ~LibbpfQuiet();

  /// Set our print function in front of the present one, and remove it again. Both must be called
  /// while collectd runs no other thread: in its init and shutdown callbacks.
  static void install();
  static void uninstall();
};

} // namespace xdpstats
