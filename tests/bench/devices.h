// SPDX-License-Identifier: BSD-2-Clause
// Devices that are counted as far as any reader can tell: each exists, runs an XDP program, and has
// its pins.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/way.h"

namespace xdpstats::bench {

/// In the private namespace of tests/support/in_namespace, which takes them with it.
class CountedDevices {
public:
  CountedDevices();
  void grow_to(size_t count);
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] std::string name(size_t number) const;

private:
  LoadedWay program_;
  uint32_t program_id_;
  size_t size_ = 0;
};

/// Adds veth devices eth0, eth1, ... from number `first` until there are `count`, or one more.
void add_devices(size_t first, size_t count);

} // namespace xdpstats::bench
