// SPDX-License-Identifier: BSD-2-Clause
// Other network namespaces: which there are, and being in one for a while.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

struct Netns {
  std::string path; ///< where it was found: /run/netns/NAME or /proc/PID/ns/net
  UniqueFd fd;
};

/// Every network namespace but this process's own that has a name or a process which we may look
/// at, each once. Others exist: those that only a file descriptor or a mount elsewhere keeps. Needs
/// CAP_SYS_PTRACE for processes of others.
[[nodiscard]] std::vector<Netns> reachable_namespaces();

/// Puts the calling thread into another network namespace for as long as it lives. Needs
/// CAP_SYS_ADMIN.
class NetnsVisit {
public:
  [[nodiscard]] static Result<NetnsVisit> enter(const Netns &netns);
  NetnsVisit(NetnsVisit &&) = default;
  NetnsVisit &operator=(NetnsVisit &&) = delete;
  NetnsVisit(const NetnsVisit &) = delete;
  NetnsVisit &operator=(const NetnsVisit &) = delete;
  /// Goes back. Ends the process if that fails: it must not go on in the wrong namespace.
  ~NetnsVisit();

private:
  explicit NetnsVisit(UniqueFd home) : home_(std::move(home)) {}
  UniqueFd home_;
};

} // namespace xdpstats
