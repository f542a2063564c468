// SPDX-License-Identifier: BSD-2-Clause
// What rtnetlink tells anyone about the devices of this network namespace and their XDP programs.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"

namespace xdpstats {

struct Netdev {
  uint32_t ifindex = 0;
  uint32_t program_id = 0;  ///< the XDP program that the host runs; 0: none
  uint32_t attach_mode = 0; ///< of that program, enum xdp_stats_attach_mode
  uint32_t native_id = 0;
  uint32_t skb_id = 0;
  uint32_t hw_id = 0;
  uint32_t mtu = 0;
  uint32_t master = 0; ///< ifindex of the bond or bridge it belongs to; 0: none
};

/// Devices by name.
using NetdevTable = std::map<std::string, Netdev, std::less<>>;

/// One RTM_GETLINK dump. libbpf's bpf_xdp_query is such a dump for every single device it is asked
/// about, which makes a thousand devices a million answers.
[[nodiscard]] Result<NetdevTable> read_netdevs();

/// A device as an RTM_NEWLINK or RTM_DELLINK message has it.
struct NamedNetdev {
  std::string name;
  Netdev netdev;
};

/// One device, asked for by its name or number; nullopt if this network namespace has none.
[[nodiscard]] Result<std::optional<NamedNetdev>> read_netdev(const std::string &name);
[[nodiscard]] Result<std::optional<NamedNetdev>> read_netdev(uint32_t ifindex);

[[nodiscard]] NamedNetdev parse_link(const nlmsghdr *message);

/// The inode number of this process's network namespace: what the info record calls netns_inode.
[[nodiscard]] Result<uint64_t> current_netns_inode();

/// This network namespace's cookie: a number that no other one has had or will have since boot.
[[nodiscard]] Result<uint64_t> current_netns_cookie();

} // namespace xdpstats
