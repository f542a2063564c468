// SPDX-License-Identifier: BSD-2-Clause
// What rtnetlink tells, without privilege, about the devices of this network namespace and their
// XDP programs.
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// Bytes of an alternative name, with its final NUL: ALTIFNAMSIZ of linux/if.h, which cannot be
/// included beside net/if.h.
inline constexpr size_t kAlternativeNameSize = 128;

struct Netdev {
  uint32_t ifindex = 0;
  uint32_t program_id = 0;  ///< the XDP program that the host runs; 0: none
  uint32_t attach_mode = 0; ///< how that program is attached: enum xdp_stats_attach_mode
  uint32_t native_id = 0;
  uint32_t skb_id = 0;
  uint32_t hw_id = 0;
  uint32_t mtu = 0;
  uint32_t master = 0; ///< ifindex of the bond or bridge it belongs to; 0: none
  bool is_bond = false;
};

/// Devices by name.
using NetdevTable = std::map<std::string, Netdev, std::less<>>;

/// Asks for devices again and again, about the network namespace that the thread was in when the
/// socket was opened. After a failure an answer may be left in it: open another one.
class NetdevSocket {
public:
  [[nodiscard]] static Result<NetdevSocket> open();

  /// All devices, by one RTM_GETLINK dump. libbpf's bpf_xdp_query makes such a dump for every
  /// device that it is asked about: a million answers for a thousand devices.
  [[nodiscard]] Result<NetdevTable> all() const;

  /// Those with these numbers that there are, each asked for by itself.
  [[nodiscard]] Result<NetdevTable> some(const std::vector<uint32_t> &ifindexes) const;

  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  explicit NetdevSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

/// All devices, by a socket for this time only.
[[nodiscard]] Result<NetdevTable> read_netdevs();

/// A device as an RTM_NEWLINK or RTM_DELLINK message has it.
struct NamedNetdev {
  std::string name; ///< empty if the message is cut short
  Netdev netdev;
};

/// The device with this number; nullptr if there is none.
[[nodiscard]] const NetdevTable::value_type *find_by_ifindex(const NetdevTable &devices,
                                                             uint32_t ifindex);

/// One device, by its name, an alternative name, or its number; nullopt if this network namespace
/// has no such device.
[[nodiscard]] Result<std::optional<NamedNetdev>> read_netdev(const std::string &name);
[[nodiscard]] Result<std::optional<NamedNetdev>> read_netdev(uint32_t ifindex);

/// Reads within the message's own length only.
[[nodiscard]] NamedNetdev parse_link(const nlmsghdr *message);

/// Calls `visit` for each message that is whole within `length` bytes at `data`, until it returns
/// false.
template <typename Visit> void for_each_message(const char *data, size_t length, Visit visit) {
  while (length >= sizeof(nlmsghdr)) {
    const auto *message = reinterpret_cast<const nlmsghdr *>(data);
    if (message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > length || !visit(message)) {
      return;
    }
    // The last one may end without the bytes that fill it up.
    const size_t step = std::min<size_t>(NLMSG_ALIGN(message->nlmsg_len), length);
    data += step;
    length -= step;
  }
}

/// A network namespace.
struct NetnsId {
  uint64_t cookie = 0; ///< a number that no other one has had or will have since boot
  uint64_t inode = 0;  ///< of /proc/PID/ns/net, which is used again
};

/// The network namespace of this thread, which is that of a socket that it has just opened.
[[nodiscard]] Result<NetnsId> current_netns();
[[nodiscard]] Result<NetnsId> current_netns(int socket);

} // namespace xdpstats
