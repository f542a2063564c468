// SPDX-License-Identifier: BSD-2-Clause
// The map of a device's lost frames: those whose verdict XDP_TX or XDP_REDIRECT was not carried
// out.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/xdp_stats_losses.h"

namespace xdpstats {

/// Frames that were lost for one reason.
struct LostFrames {
  uint32_t action = 0; ///< XDP_TX or XDP_REDIRECT
  int32_t error = 0;   ///< see struct xdp_stats_loss
  uint64_t packets = 0;
};

/// Sorted by action, then by packets, most first.
using Losses = std::vector<LostFrames>;

/// The verdicts that can come to nothing.
inline constexpr uint32_t kLossActions[] = {XDP_TX, XDP_REDIRECT};

[[nodiscard]] uint64_t lost_packets(const Losses &losses, uint32_t action);

/// "EOPNOTSUPP", "unsent" or "exception"; "errno_N" for a number that has no name.
[[nodiscard]] std::string loss_reason(int32_t error);

class LossesMap {
public:
  /// Opens the map that is pinned at `path` read-only and checks its layout. Fails with code ENOENT
  /// if there is no pin.
  [[nodiscard]] static Result<LossesMap> open(const std::string &path);

  /// Takes ownership of an open map, after the same check; `name` is for messages.
  [[nodiscard]] static Result<LossesMap> adopt(UniqueFd fd, const std::string &name);

  [[nodiscard]] Result<Losses> read() const;

  [[nodiscard]] uint32_t id() const { return id_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  LossesMap(UniqueFd fd, uint32_t id, std::string path)
      : fd_(std::move(fd)), id_(id), path_(std::move(path)) {}

  UniqueFd fd_;
  uint32_t id_;
  std::string path_;
};

} // namespace xdpstats
