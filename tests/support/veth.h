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

/// Two connected devices, both up; the destructor removes them. They have no address (in_namespace
/// keeps IPv6 silent), so that only the frames of the test are on the wire. Both ends accept frames
/// that another XDP program forwards, even while they have no program themselves.
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

/// Adds VLAN `id` on top of `device` and sets it up. Its name is device.id; it is removed with
/// `device`.
std::string add_vlan(const std::string &device, unsigned id);

/// Gives it another name. It is down for a moment: before Linux 6.2 the kernel renames none that is
/// up.
void rename_device(const std::string &from, const std::string &to);

/// The device's number; throws std::system_error if there is none.
[[nodiscard]] uint32_t ifindex_of(const std::string &device);

/// What rtnetlink says about the device. Throws std::out_of_range if there is no such device,
/// std::runtime_error for other failures.
[[nodiscard]] Netdev netdev(const std::string &device);

/// One of the device's own counters, a file in /sys/class/net/DEVICE/statistics.
[[nodiscard]] uint64_t device_statistic(const std::string &device, const std::string &name);

} // namespace xdpstats::test
