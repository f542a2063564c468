// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"

namespace xdpstats::test {

inline constexpr uint16_t kPort = 9973;

/// xdp-stats --listen, which listens by the time this is made.
class RunningServer {
public:
  explicit RunningServer(std::string where = std::to_string(kPort),
                         const std::vector<std::string> &more = {},
                         const std::vector<std::string> &before = {});

  [[nodiscard]] Process &process() { return process_; }

  /// Descriptors that it has open, and those of them that are sockets: one that listens, and its
  /// connections.
  [[nodiscard]] size_t descriptors() const;
  [[nodiscard]] size_t sockets() const;
  /// Its memory that is no file's, in KiB.
  [[nodiscard]] size_t memory() const;
  /// CPU time that it has used, in ns.
  [[nodiscard]] uint64_t cpu_time() const;

private:
  [[nodiscard]] std::vector<std::string> targets() const;

  Process process_;
};

} // namespace xdpstats::test
