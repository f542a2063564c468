// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/frames.h"

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

std::vector<uint8_t> with_vlan_tag(const std::vector<uint8_t> &frame, uint16_t id) {
  constexpr std::ptrdiff_t kAddresses = 12;
  const std::array<uint8_t, 4> tag = {0x81, 0x00, static_cast<uint8_t>(id >> 8U),
                                      static_cast<uint8_t>(id & 0xffU)};
  std::vector<uint8_t> tagged = frame;
  tagged.insert(std::next(tagged.begin(), kAddresses), tag.begin(), tag.end());
  return tagged;
}

} // namespace xdpstats::test
