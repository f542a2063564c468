// SPDX-License-Identifier: BSD-2-Clause
// What --listen names.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace xdpstats {

/// Where a socket listens.
struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = 0;

  [[nodiscard]] const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
  [[nodiscard]] sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }

  /// "127.0.0.1:9973", "[::1]:9973" or "unix:PATH".
  [[nodiscard]] std::string text() const;

  /// The path of a Unix socket; empty for all others.
  [[nodiscard]] std::string path() const;

  /// Whether only this machine can reach it.
  [[nodiscard]] bool is_local() const;
};

/// Reads PORT, ADDRESS:PORT, [v6]:PORT, unix:PATH or systemd. PORT alone is that port of 127.0.0.1
/// and of ::1; "systemd" is no address at all: sockets that systemd passes. An error is one of
/// usage.
[[nodiscard]] Result<std::vector<SocketAddress>> parse_listen_address(const std::string &text);

} // namespace xdpstats
