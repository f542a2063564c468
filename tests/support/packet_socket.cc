// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "base/fd.h"
#include "tests/support/frames.h"
#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

// So few that the receiver's ring (256 frames) holds them all, even if the receiver does not run in
// between.
constexpr size_t kBatch = 64;

[[noreturn]] void fail(const std::string &what) {
  throw std::system_error(errno, std::generic_category(), what);
}

UniqueFd open_socket(const std::string &device) {
  // Protocol 0: receives nothing.
  UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    fail("cannot open a packet socket");
  }
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(ifindex_of(device));
  if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0) {
    fail("cannot bind a packet socket to " + device);
  }
  return fd;
}

// A veth counts a frame as sent when the other end has taken it, which a thread of the kernel may
// do later.
void await_sent(const std::string &device, uint64_t before, uint64_t count) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  uint64_t sent = 0;
  while ((sent = device_statistic(device, "tx_packets") - before) != count) {
    if (sent > count || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error(device + " sent " + std::to_string(sent) + " frames, not " +
                               std::to_string(count));
    }
    ::sched_yield();
  }
}

} // namespace

void send_frames(const std::string &device, uint64_t count, const std::vector<uint8_t> &frame) {
  const UniqueFd socket = open_socket(device);
  iovec data = {.iov_base = const_cast<uint8_t *>(frame.data()), .iov_len = frame.size()};
  std::array<mmsghdr, kBatch> messages = {};
  for (auto &message : messages) {
    message.msg_hdr.msg_iov = &data;
    message.msg_hdr.msg_iovlen = 1;
  }
  const uint64_t sent_before = device_statistic(device, "tx_packets");
  for (uint64_t left = count; left > 0;) {
    const auto batch = static_cast<unsigned>(left < kBatch ? left : kBatch);
    const int sent = ::sendmmsg(socket.get(), messages.data(), batch, 0);
    if (sent < 0) {
      fail("cannot send " + std::to_string(frame.size()) + " bytes on " + device);
    }
    left -= static_cast<uint64_t>(sent);
    await_sent(device, sent_before, count - left);
  }
}

} // namespace xdpstats::test
