// SPDX-License-Identifier: BSD-2-Clause
// A client that does with HTTP what no library lets one do. Throws std::system_error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/fd.h"

namespace xdpstats::test {

/// A blocking connection to 127.0.0.1.
[[nodiscard]] UniqueFd connect_to(uint16_t port);

/// Sends as much of `text` as the other end takes; false if it has gone.
bool send_text(int connection, const std::string &text);

/// All that comes until the other end closes or resets the connection; throws std::runtime_error if
/// that takes longer.
[[nodiscard]] std::string receive_all(int connection,
                                      std::chrono::milliseconds timeout = std::chrono::seconds(60));

struct HttpAnswer {
  int status = 0; ///< 0: no answer
  std::string head;
  std::string body;
};

/// One request on a connection of its own; `headers` are whole lines, each with its "\r\n".
[[nodiscard]] HttpAnswer http(uint16_t port, const std::string &method, const std::string &path,
                              const std::string &headers = {});

[[nodiscard]] HttpAnswer parse_http(const std::string &text);

} // namespace xdpstats::test
