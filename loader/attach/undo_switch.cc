// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/undo_switch.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace xdpstats {
namespace {

struct Attribute {
  rtattr header;
  __u32 value;
};

Attribute attribute(uint16_t type, uint32_t value) {
  return {{static_cast<unsigned short>(sizeof(Attribute)), type}, value};
}

struct Request {
  nlmsghdr header;
  ifinfomsg device;
  rtattr xdp;
  Attribute wanted;
  Attribute flags;
  Attribute present;
};
static_assert(sizeof(Request) ==
                  sizeof(nlmsghdr) + sizeof(ifinfomsg) + sizeof(rtattr) + 3 * sizeof(Attribute),
              "netlink wants no gaps");

struct Answer {
  nlmsghdr header;
  nlmsgerr error;
  char rest[4096]; // a text of the kernel's
};

} // namespace

Result<UndoSwitch> UndoSwitch::open(uint32_t ifindex) {
  auto netlink = NetdevSocket::open();
  return netlink ? Result<UndoSwitch>(UndoSwitch(std::move(*netlink), ifindex))
                 : Failure(netlink.error());
}

int UndoSwitch::exchange(int present, int wanted, uint32_t mode) const {
  Request request = {};
  request.header = {.nlmsg_len = sizeof(request),
                    .nlmsg_type = RTM_SETLINK,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                    .nlmsg_seq = 1,
                    .nlmsg_pid = 0};
  request.device.ifi_index = static_cast<int>(ifindex_);
  request.xdp = {sizeof(rtattr) + 3 * sizeof(Attribute), IFLA_XDP | NLA_F_NESTED};
  request.wanted = attribute(IFLA_XDP_FD, static_cast<uint32_t>(wanted));
  request.flags = attribute(IFLA_XDP_FLAGS, mode | XDP_FLAGS_REPLACE);
  request.present = attribute(IFLA_XDP_EXPECTED_FD, static_cast<uint32_t>(present));
  if (::send(netlink_.fd(), &request, sizeof(request), 0) != sizeof(request)) {
    return errno;
  }
  Answer answer = {};
  const ssize_t length = ::recv(netlink_.fd(), &answer, sizeof(answer), 0);
  if (length < 0) {
    return errno;
  }
  const bool complete = static_cast<size_t>(length) >= sizeof(answer.header) + sizeof(int);
  return complete && answer.header.nlmsg_type == NLMSG_ERROR ? -answer.error.error : EPROTO;
}

} // namespace xdpstats
