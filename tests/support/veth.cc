// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/veth.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "tests/support/process.h"
#include "tests/support/value_or_throw.h"

namespace xdpstats::test {
namespace {

// A veth end without an XDP program receives forwarded frames only while it has a NAPI instance,
// which it has while generic receive offload is on.
void enable_napi(const std::string &device) {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_value value = {.cmd = ETHTOOL_SGRO, .data = 1};
  ifreq request = {};
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char *>(&value);
  if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot turn on GRO on " + device);
  }
}

} // namespace

VethPair::VethPair(VethOptions options) : options_(std::move(options)) {
  if (std::getenv("XDP_STATS_IN_NAMESPACE") == nullptr) {
    throw std::runtime_error("not in a private namespace; run this by tests/support/in_namespace");
  }
  const std::string mtu = std::to_string(options_.mtu);
  run_or_throw({"ip", "link", "add", options_.near, "mtu", mtu, "type", "veth", "peer", "name",
                options_.far, "mtu", mtu});
  for (const auto &device : {options_.near, options_.far}) {
    run_or_throw({"ip", "link", "set", device, "up"});
    enable_napi(device);
  }
}

VethPair::~VethPair() {
  // A test may have removed it itself.
  run({"ip", "link", "delete", options_.near});
}

std::string add_vlan(const std::string &device, unsigned id) {
  const std::string name = device + "." + std::to_string(id);
  run_or_throw({"ip", "link", "add", "link", device, "name", name, "type", "vlan", "id",
                std::to_string(id)});
  run_or_throw({"ip", "link", "set", name, "up"});
  return name;
}

void rename_device(const std::string &from, const std::string &to) {
  run_or_throw({"ip", "link", "set", from, "down"});
  run_or_throw({"ip", "link", "set", from, "name", to});
  run_or_throw({"ip", "link", "set", to, "up"});
}

uint32_t ifindex_of(const std::string &device) {
  const unsigned index = ::if_nametoindex(device.c_str());
  if (index == 0) {
    throw std::system_error(errno, std::generic_category(), "no device " + device);
  }
  return index;
}

Netdev netdev(const std::string &device) { return value_or_throw(read_netdevs()).at(device); }

uint64_t device_statistic(const std::string &device, const std::string &name) {
  const std::string path = "/sys/class/net/" + device + "/statistics/" + name;
  uint64_t value = 0;
  if (!(std::ifstream(path) >> value)) {
    throw std::runtime_error("cannot read " + path);
  }
  return value;
}

} // namespace xdpstats::test
