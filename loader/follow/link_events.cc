// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/link_events.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace xdpstats {
namespace {

// An announcement takes a page at most (NLMSG_GOODSIZE).
constexpr size_t kReceiveSize = 32768;

} // namespace

Result<LinkEvents> LinkEvents::subscribe() {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (!socket.valid() ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0) {
    return os_failure("cannot listen to netlink for changes of network devices", errno);
  }
  return LinkEvents(std::move(socket));
}

Result<std::optional<std::vector<LinkEvent>>> LinkEvents::take() {
  std::vector<LinkEvent> events;
  bool lost = false;
  alignas(nlmsghdr) std::array<char, kReceiveSize> buffer = {};
  for (;;) {
    const ssize_t received = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_TRUNC);
    if (received < 0 && errno == EAGAIN) {
      return lost ? std::nullopt : std::optional(std::move(events));
    }
    if (received < 0 && errno == ENOBUFS) {
      lost = true;
    } else if (received < 0 && errno != EINTR) {
      return os_failure("cannot read changes of network devices from netlink", errno);
    }
    const auto length = static_cast<size_t>(received < 0 ? 0 : received);
    lost = lost || length > buffer.size();
    for_each_message(buffer.data(), std::min(length, buffer.size()), [&](const nlmsghdr *message) {
      if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK) {
        events.push_back({parse_link(message), message->nlmsg_type == RTM_DELLINK});
      }
      return true;
    });
  }
}

} // namespace xdpstats
