// SPDX-License-Identifier: BSD-2-Clause
// libxdp's view of a device's dispatcher, for what only libxdp can do: change it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "loader/attach/device_state.h"
#include "loader/system/xdp_handles.h"

namespace xdpstats {

class Chain {
public:
  /// Fails where libxdp cannot read the dispatcher.
  [[nodiscard]] static Result<Chain> open(const DeviceState &state);

  /// The component with this program id, which the chain owns; nullptr if there is none.
  [[nodiscard]] xdp_program *component(uint32_t id) const;

  /// The smallest priority of its components; nullopt: it has none.
  [[nodiscard]] std::optional<unsigned> lowest_priority() const;

private:
  explicit Chain(XdpMultiprog multiprog) : multiprog_(std::move(multiprog)) {}

  XdpMultiprog multiprog_;
};

} // namespace xdpstats
