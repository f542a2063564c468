// SPDX-License-Identifier: BSD-2-Clause
// Sending an exact number of frames. Both ways throw std::runtime_error if they cannot guarantee
// that every frame reached the wire.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace xdpstats::test {

inline constexpr size_t kEthernetHeader = 14;
inline constexpr size_t kSmallestFrame = 60;
/// A live frame shares one page with the kernel's own bookkeeping.
inline constexpr size_t kLargestLiveFrame = 3300;

/// An Ethernet frame of `size` bytes (kSmallestFrame or more) of the type reserved for experiments,
/// to an address that nobody has. `payload` follows the Ethernet header; zeros fill the rest.
[[nodiscard]] std::vector<uint8_t> make_frame(size_t size,
                                              const std::vector<uint8_t> &payload = {});

/// An IPv4 frame of `size` bytes, UDP, of type of service `tos`, from an address that differs for
/// each `flow`.
[[nodiscard]] std::vector<uint8_t> make_flow_frame(size_t size, uint8_t flow, uint8_t tos);

/// `frame` with the tag of a VLAN: four bytes longer on the wire, but again `frame` for those above
/// the VLAN device.
[[nodiscard]] std::vector<uint8_t> with_vlan_tag(const std::vector<uint8_t> &frame, uint16_t id);

/// Sends frames out of one end of a veth pair by BPF_PROG_TEST_RUN, millions per second: an XDP
/// program on the other end sees each of them. Frames of up to kLargestLiveFrame bytes.
class LiveFrames {
public:
  explicit LiveFrames(std::string device);
  ~LiveFrames();
  LiveFrames(const LiveFrames &) = delete;
  LiveFrames &operator=(const LiveFrames &) = delete;

  void send(uint64_t count, const std::vector<uint8_t> &frame);

private:
  struct Sender;
  std::string device_;
  std::unique_ptr<Sender> sender_;
};

/// Sends through a packet socket: for any device, and any size that its MTU allows. A veth makes
/// several buffers of a frame that does not fit into a page.
void send_frames(const std::string &device, uint64_t count, const std::vector<uint8_t> &frame);

} // namespace xdpstats::test
