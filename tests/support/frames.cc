// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/frames.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

namespace xdpstats::test {

std::vector<uint8_t> make_frame(size_t size, const std::vector<uint8_t> &payload) {
  // Locally administered addresses; type 0x88b5.
  constexpr std::array<uint8_t, kEthernetHeader> kHeader = {2, 0, 0, 0, 0, 2,    2,
                                                            0, 0, 0, 0, 1, 0x88, 0xb5};
  if (size < kSmallestFrame || payload.size() > size - kEthernetHeader) {
    throw std::runtime_error("no frame has " + std::to_string(size) + " bytes");
  }
  std::vector<uint8_t> frame(size);
  std::copy(kHeader.begin(), kHeader.end(), frame.begin());
  std::copy(payload.begin(), payload.end(), std::next(frame.begin(), kHeader.size()));
  return frame;
}

std::vector<uint8_t> make_flow_frame(size_t size, uint8_t flow, uint8_t tos) {
  // Addresses for documentation, a protocol for experiments. No checksum: XDP comes before whoever
  // looks at it.
  iphdr header = {};
  header.version = 4;
  header.ihl = sizeof(header) / 4;
  header.tos = tos;
  header.tot_len = htons(static_cast<uint16_t>(size - kEthernetHeader));
  header.ttl = 64;
  header.protocol = 253;
  header.saddr = htonl(0xc0000200U + flow);
  header.daddr = htonl(0xc6336401U);
  const auto *bytes = reinterpret_cast<const uint8_t *>(&header);
  std::vector<uint8_t> frame = make_frame(size, {bytes, bytes + sizeof(header)});
  frame.at(kEthernetHeader - 2) = ETH_P_IP >> 8U;
  frame.at(kEthernetHeader - 1) = ETH_P_IP & 0xffU;
  return frame;
}

std::vector<uint8_t> with_vlan_tag(const std::vector<uint8_t> &frame, uint16_t id) {
  constexpr std::ptrdiff_t kAddresses = 12;
  const std::array<uint8_t, 4> tag = {0x81, 0x00, static_cast<uint8_t>(id >> 8U),
                                      static_cast<uint8_t>(id & 0xffU)};
  std::vector<uint8_t> tagged = frame;
  tagged.insert(std::next(tagged.begin(), kAddresses), tag.begin(), tag.end());
  return tagged;
}

} // namespace xdpstats::test
