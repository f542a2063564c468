// SPDX-License-Identifier: BSD-2-Clause
#include "base/netdev.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "bpf/xdp_stats_info.h"

namespace xdpstats {
namespace {

// In a dump, the kernel writes at most this much per recv (netlink's NLMSG_GOODSIZE limit of 32
// KiB).
constexpr size_t kReceiveSize = 32768;

// The answers to so many requests for single devices find room in a socket.
constexpr size_t kAskedAtOnce = 16;

// Listing a thousand devices takes two milliseconds: it is unlikely that so many attempts in a row
// meet a change.
constexpr int kListTries = 20;

uint8_t attribute_u8(const rtattr *attribute) {
  return RTA_PAYLOAD(attribute) > 0 ? *static_cast<const uint8_t *>(RTA_DATA(attribute))
                                    : uint8_t{0};
}

// Ends at the first NUL, or with the attribute.
std::string attribute_text(const rtattr *attribute) {
  const auto *text = static_cast<const char *>(RTA_DATA(attribute));
  return {text, ::strnlen(text, RTA_PAYLOAD(attribute))};
}

uint32_t attribute_u32(const rtattr *attribute) {
  uint32_t value = 0;
  if (RTA_PAYLOAD(attribute) >= sizeof(value)) {
    std::memcpy(&value, RTA_DATA(attribute), sizeof(value));
  }
  return value;
}

template <typename Visit> void for_each_attribute(const rtattr *first, size_t length, Visit visit) {
  // The macros of rtnetlink.h compare with an int.
  auto left = static_cast<int>(length);
  for (const rtattr *it = first; RTA_OK(it, left); it = RTA_NEXT(it, left)) {
    visit(it, it->rta_type & NLA_TYPE_MASK);
  }
}

void parse_xdp(const rtattr *nest, Netdev &device) {
  uint32_t attached = XDP_ATTACHED_NONE;
  uint32_t any_id = 0;
  for_each_attribute(static_cast<const rtattr *>(RTA_DATA(nest)), RTA_PAYLOAD(nest),
                     [&](const rtattr *attribute, int type) {
                       switch (type) {
                       case IFLA_XDP_ATTACHED:
                         attached = attribute_u8(attribute);
                         break;
                       case IFLA_XDP_PROG_ID:
                         any_id = attribute_u32(attribute);
                         break;
                       case IFLA_XDP_DRV_PROG_ID:
                         device.native_id = attribute_u32(attribute);
                         break;
                       case IFLA_XDP_SKB_PROG_ID:
                         device.skb_id = attribute_u32(attribute);
                         break;
                       case IFLA_XDP_HW_PROG_ID:
                         device.hw_id = attribute_u32(attribute);
                         break;
                       default:
                         break;
                       }
                     });
  switch (attached) {
  case XDP_ATTACHED_DRV:
    device.attach_mode = XDP_STATS_ATTACH_NATIVE;
    device.program_id = any_id;
    break;
  case XDP_ATTACHED_SKB:
    device.attach_mode = XDP_STATS_ATTACH_SKB;
    device.program_id = any_id;
    break;
  case XDP_ATTACHED_HW:
    device.attach_mode = XDP_STATS_ATTACH_HW;
    device.program_id = any_id;
    break;
  case XDP_ATTACHED_MULTI:
    // There is a program in the NIC, and another one in the driver or in the stack. The host runs
    // the latter.
    device.program_id = device.native_id != 0 ? device.native_id : device.skb_id;
    device.attach_mode = device.native_id != 0 ? XDP_STATS_ATTACH_NATIVE : XDP_STATS_ATTACH_SKB;
    break;
  default:
    break;
  }
}

bool is_kind(const rtattr *link_info, std::string_view kind) {
  bool same = false;
  for_each_attribute(static_cast<const rtattr *>(RTA_DATA(link_info)), RTA_PAYLOAD(link_info),
                     [&](const rtattr *attribute, int type) {
                       same = same || (type == IFLA_INFO_KIND && attribute_text(attribute) == kind);
                     });
  return same;
}

struct LinkRequest {
  nlmsghdr header;
  ifinfomsg link;
  alignas(NLMSG_ALIGNTO) rtattr mask_header;
  uint32_t mask;
  alignas(NLMSG_ALIGNTO) rtattr name_header; // the name of one device; left out to ask for all
  char name[kAlternativeNameSize];
};

LinkRequest link_request(uint16_t flags, size_t length) {
  LinkRequest request = {};
  request.header.nlmsg_len = static_cast<uint32_t>(length);
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | flags;
  request.link.ifi_family = AF_UNSPEC;
  request.mask_header.rta_type = IFLA_EXT_MASK;
  request.mask_header.rta_len = RTA_LENGTH(sizeof(request.mask));
  request.mask = RTEXT_FILTER_SKIP_STATS;
  return request;
}

int error_code(const nlmsghdr *message) {
  return message->nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))
             ? EBADMSG
             : static_cast<const nlmsgerr *>(NLMSG_DATA(message))->error;
}

Result<void> send_requests(int socket, const void *requests, size_t size) {
  if (::send(socket, requests, size, 0) < 0) {
    return os_failure("cannot ask netlink for the network devices", errno);
  }
  return {};
}

// Calls `visit` for each message until it returns false.
template <typename Visit> Result<void> receive(int socket, Visit visit) {
  // Not zeroed: only what was received is read.
  alignas(nlmsghdr) std::array<char, kReceiveSize> buffer; // NOLINT(*-member-init)
  bool more = true;
  while (more) {
    const ssize_t received = ::recv(socket, buffer.data(), buffer.size(), MSG_TRUNC);
    if (received < 0) {
      if (errno == EINTR) {
        continue;
      }
      return os_failure("cannot read the network devices from netlink", errno);
    }
    const auto length = static_cast<size_t>(received);
    if (length > buffer.size()) {
      return os_failure("cannot read the network devices from netlink", EMSGSIZE);
    }
    for_each_message(buffer.data(), length, [&](const nlmsghdr *message) {
      more = visit(message);
      return more;
    });
  }
  return {};
}

Failure refusal(const nlmsghdr *message) {
  return os_failure("netlink does not list the network devices", error_code(message));
}

// Calls `visit` for each device of the answer to a dump. Returns false if devices came or went
// meanwhile: then others may be missing.
template <typename Visit> Result<bool> dump(int socket, Visit visit) {
  const LinkRequest request = link_request(NLM_F_DUMP, offsetof(LinkRequest, name_header));
  if (auto sent = send_requests(socket, &request, request.header.nlmsg_len); !sent) {
    return Failure(sent.error());
  }
  bool consistent = true;
  Result<void> answer;
  const auto received = receive(socket, [&](const nlmsghdr *message) {
    consistent = consistent && (message->nlmsg_flags & NLM_F_DUMP_INTR) == 0;
    if (message->nlmsg_type == NLMSG_ERROR) {
      answer = refusal(message);
    } else if (message->nlmsg_type == RTM_NEWLINK) {
      if (const NamedNetdev named = parse_link(message); !named.name.empty()) {
        visit(named);
      }
    }
    return answer && message->nlmsg_type != NLMSG_DONE;
  });
  if (!received || !answer) {
    return Failure(received ? answer.error() : received.error());
  }
  return consistent;
}

// Receives the answers to as many requests for single devices. Calls `visit` for each device.
template <typename Visit> Result<void> receive_single(int socket, size_t requests, Visit visit) {
  Result<void> answer;
  auto received = receive(socket, [&](const nlmsghdr *message) {
    if (message->nlmsg_type == NLMSG_ERROR && error_code(message) != -ENODEV) {
      answer = refusal(message);
    } else if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == NLMSG_ERROR) {
      --requests;
      const NamedNetdev named =
          message->nlmsg_type == RTM_NEWLINK ? parse_link(message) : NamedNetdev();
      if (!named.name.empty()) {
        visit(named);
      }
    }
    return answer && requests > 0;
  });
  return received ? answer : received;
}

} // namespace

NamedNetdev parse_link(const nlmsghdr *message) {
  NamedNetdev named;
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg))) {
    return named;
  }
  const auto *link = static_cast<const ifinfomsg *>(NLMSG_DATA(message));
  Netdev &device = named.netdev;
  device.ifindex = static_cast<uint32_t>(link->ifi_index);
  for_each_attribute(IFLA_RTA(link), IFLA_PAYLOAD(message), [&](const rtattr *attribute, int type) {
    if (type == IFLA_IFNAME) {
      named.name = attribute_text(attribute);
    } else if (type == IFLA_MTU) {
      device.mtu = attribute_u32(attribute);
    } else if (type == IFLA_MASTER) {
      device.master = attribute_u32(attribute);
    } else if (type == IFLA_LINKINFO) {
      device.is_bond = is_kind(attribute, "bond");
    } else if (type == IFLA_XDP) {
      parse_xdp(attribute, device);
    }
  });
  return named;
}

const NetdevTable::value_type *find_by_ifindex(const NetdevTable &devices, uint32_t ifindex) {
  const auto found = std::find_if(devices.begin(), devices.end(), [ifindex](const auto &device) {
    return device.second.ifindex == ifindex;
  });
  return found == devices.end() ? nullptr : &*found;
}

Result<NetdevSocket> NetdevSocket::open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd.valid()) {
    return os_failure("cannot open a netlink socket", errno);
  }
  return NetdevSocket(std::move(fd));
}

Result<NetdevTable> NetdevSocket::all() const {
  for (int tries = 0; tries < kListTries; ++tries) {
    NetdevTable table;
    const auto asked =
        dump(fd(), [&table](const NamedNetdev &named) { table[named.name] = named.netdev; });
    if (!asked) {
      return Failure(asked.error());
    }
    if (*asked) {
      return table;
    }
  }
  return failure("cannot list the network devices: they change all the time");
}

Result<NetdevTable> NetdevSocket::some(const std::vector<uint32_t> &ifindexes) const {
  NetdevTable table;
  constexpr size_t kLength = offsetof(LinkRequest, name_header);
  static_assert(kLength % NLMSG_ALIGNTO == 0);
  for (size_t first = 0; first < ifindexes.size(); first += kAskedAtOnce) {
    const size_t count = std::min(kAskedAtOnce, ifindexes.size() - first);
    std::array<char, kAskedAtOnce *kLength> bytes = {};
    for (size_t i = 0; i < count; ++i) {
      LinkRequest request = link_request(0, kLength);
      request.link.ifi_index = static_cast<int>(ifindexes[first + i]);
      std::memcpy(&bytes[i * kLength], &request, kLength);
    }
    auto asked = send_requests(fd(), bytes.data(), count * kLength);
    if (asked) {
      asked = receive_single(
          fd(), count, [&table](const NamedNetdev &named) { table[named.name] = named.netdev; });
    }
    if (!asked) {
      return Failure(asked.error());
    }
  }
  return table;
}

Result<NetdevTable> read_netdevs() {
  const auto socket = NetdevSocket::open();
  return socket ? socket->all() : Failure(socket.error());
}

namespace {

Result<std::optional<NamedNetdev>> ask_for_one(const LinkRequest &request) {
  const auto socket = NetdevSocket::open();
  if (!socket) {
    return Failure(socket.error());
  }
  std::optional<NamedNetdev> found;
  auto asked = send_requests(socket->fd(), &request, request.header.nlmsg_len);
  if (asked) {
    asked = receive_single(socket->fd(), 1, [&found](const NamedNetdev &named) { found = named; });
  }
  if (!asked) {
    return Failure(asked.error());
  }
  return found;
}

} // namespace

Result<std::optional<NamedNetdev>> read_netdev(const std::string &name) {
  LinkRequest request = link_request(0, sizeof(LinkRequest));
  // Looked up among the alternative names too, which may be longer than a name.
  request.name_header.rta_type = name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME;
  const size_t size = name.size() < IFNAMSIZ ? IFNAMSIZ : kAlternativeNameSize;
  request.name_header.rta_len = static_cast<uint16_t>(RTA_LENGTH(size));
  request.header.nlmsg_len = static_cast<uint32_t>(offsetof(LinkRequest, name) + NLMSG_ALIGN(size));
  name.copy(request.name, size - 1);
  return ask_for_one(request);
}

Result<std::optional<NamedNetdev>> read_netdev(uint32_t ifindex) {
  LinkRequest request = link_request(0, offsetof(LinkRequest, name_header));
  request.link.ifi_index = static_cast<int>(ifindex);
  return ask_for_one(request);
}

Result<NetnsId> current_netns() {
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return current_netns(socket.get());
}

Result<NetnsId> current_netns(int socket) {
  NetnsId netns;
  struct stat status = {};
  if (::stat("/proc/thread-self/ns/net", &status) != 0) {
    return os_failure("cannot look up '/proc/thread-self/ns/net'", errno);
  }
  netns.inode = static_cast<uint64_t>(status.st_ino);
  socklen_t length = sizeof(netns.cookie);
  if (::getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, &netns.cookie, &length) != 0) {
    return os_failure("cannot get this network namespace's cookie", errno);
  }
  return netns;
}

} // namespace xdpstats
