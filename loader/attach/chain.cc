// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/chain.h"

#include <algorithm>
#include <utility>

#include "loader/system/library_log.h"

namespace xdpstats {

Result<Chain> Chain::open(const DeviceState &state) {
  forget_library_log();
  XdpMultiprog multiprog(xdp_multiprog__get_from_ifindex(static_cast<int>(state.netdev.ifindex)));
  if (const long error = libxdp_get_error(multiprog.get()); error != 0) {
    static_cast<void>(multiprog.release());
    return library_failure("cannot look at the XDP programs of '" + state.name + "'",
                           static_cast<int>(error));
  }
  return Chain(std::move(multiprog));
}

xdp_program *Chain::component(uint32_t id) const {
  xdp_program *component = nullptr;
  while ((component = xdp_multiprog__next_prog(component, multiprog_.get())) != nullptr &&
         xdp_program__id(component) != id) {
  }
  return component;
}

std::optional<unsigned> Chain::lowest_priority() const {
  std::optional<unsigned> lowest;
  xdp_program *component = nullptr;
  while ((component = xdp_multiprog__next_prog(component, multiprog_.get())) != nullptr) {
    const unsigned priority = xdp_program__run_prio(component);
    lowest = std::min(lowest.value_or(priority), priority);
  }
  return lowest;
}

} // namespace xdpstats
