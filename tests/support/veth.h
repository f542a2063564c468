// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>

#include "base/netdev.h"

namespace xdpstats::test {

struct VethOptions {
  std::string near = "va"; ///< the end that tests count on
  std::string far = "vb";  ///< the end that tests send from
  unsigned mtu = 1500;
};

/// Two connected devices, both up, removed at the end. No address (in_namespace keeps IPv6 silent),
/// so nothing is on the wire but what the test sends. Both ends take frames that another XDP
/// program forwards, even while they have no program themselves.
class VethPair {
public:
  explicit VethPair(VethOptions options = {});
  ~VethPair();
  VethPair(const VethPair &) = delete;
  VethPair &operator=(const VethPair &) = delete;

  [[nodiscard]] const std::string &near() const { return options_.near; }
  [[nodiscard]] const std::string &far() const { return options_.far; }

private:
  VethOptions options_;
};

/// Adds VLAN `id` on top of `device`, up; its name is device.id. Goes when `device` goes.
std::string add_vlan(const std::string &device, unsigned id);

/// The device's number; throws std::system_error if there is none.
[[nodiscard]] uint32_t ifindex_of(const std::string &device);

/// What rtnetlink tells of the device; throws std::runtime_error, std::out_of_range if there is
/// none.
[[nodiscard]] Netdev netdev(const std::string &device);

/// One of the device's own counters, a file in /sys/class/net/DEVICE/statistics.
[[nodiscard]] uint64_t device_statistic(const std::string &device, const std::string &name);

} // namespace xdpstats::test
