// SPDX-License-Identifier: BSD-2-Clause
// Exchanges the XDP program of a device without a new descriptor and without memory: for an undo,
// which has to work where what came before it failed.
#pragma once

#include <cstdint>
#include <utility>

#include "base/netdev.h"
#include "base/result.h"

namespace xdpstats {

class UndoSwitch {
public:
  /// Opens what exchange() needs.
  [[nodiscard]] static Result<UndoSwitch> open(uint32_t ifindex);

  /// Puts the program `wanted` (-1: none) in the place of `present`, unless another one is there by
  /// now. Both are borrowed. `mode`: XDP_FLAGS_..._MODE. Returns 0 or an errno.
  [[nodiscard]] int exchange(int present, int wanted, uint32_t mode) const;

private:
  UndoSwitch(NetdevSocket netlink, uint32_t ifindex)
      : netlink_(std::move(netlink)), ifindex_(ifindex) {}

  NetdevSocket netlink_;
  uint32_t ifindex_;
};

} // namespace xdpstats
