// SPDX-License-Identifier: BSD-2-Clause
// Devices that look counted to every reader: each exists, has an XDP program, and is pinned.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/way.h"

namespace xdpstats::bench {

/// They are made in the private namespace of tests/support/in_namespace, and vanish with it.
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
