// SPDX-License-Identifier: BSD-2-Clause
// xdp-send: an exact number of frames for shell scripts.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <optional>

#include "tests/support/frames.h"

int main(int argc, char **argv) {
  using namespace xdpstats::test;
  CLI::App app{"Sends COUNT frames of SIZE bytes out of a device, for an XDP program at its other "
               "end to see. Fails if not every one was sent."};
  std::string device;
  uint64_t count = 0;
  size_t size = kSmallestFrame;
  uint8_t first_byte = 0;
  bool socket = false;
  uint8_t flows = 0;
  uint8_t tos = 0;
  app.add_option("--dev", device, "Device to send out of")->required();
  app.add_option("--count", count, "Number of frames")->required();
  app.add_option("--size", size, "Bytes of each frame, with its Ethernet header");
  app.add_option("--first-byte", first_byte, "First byte after the Ethernet header (0 to 255)");
  app.add_flag(
      "--socket", socket,
      "Through a packet socket: slower, for devices that are no veth. Implied by sizes that "
      "need it");
  app.add_option(
      "--flows", flows,
      "IPv4 from so many addresses, one after the other, through a packet socket: for devices with "
      "several queues");
  app.add_option("--tos", tos, "Type of service of these (0 to 255)");
  CLI11_PARSE(app, argc, argv);
  try {
    if (flows > 0) {
      for (uint8_t flow = 0; flow < flows; ++flow) {
        send_frames(device, count / flows + (flow < count % flows ? 1 : 0),
                    make_flow_frame(size, flow, tos));
      }
      return 0;
    }
    const auto frame = make_frame(size, {first_byte});
    if (socket || size > kLargestLiveFrame) {
      send_frames(device, count, frame);
    } else {
      LiveFrames(device).send(count, frame);
    }
  } catch (const std::exception &failure) {
    std::fprintf(stderr, "xdp-send: %s\n", failure.what());
    return 1;
  }
  return 0;
}
