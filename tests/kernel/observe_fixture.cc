// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/observe_fixture.h"

#include <array>
#include <regex>
#include <stdexcept>

#include "tests/support/process.h"

namespace xdpstats::test {
namespace {

struct Sent {
  uint8_t verdict;
  uint64_t count;
  size_t size;
};
constexpr std::array<Sent, 6> kSent = {{{XDP_ABORTED, 1009, 61},
                                        {XDP_DROP, 2003, 67},
                                        {XDP_PASS, 3001, 71},
                                        {XDP_TX, 4001, 127},
                                        {XDP_REDIRECT, 503, 1499},
                                        {200, 307, 1013}}}; // no verdict: aborted

} // namespace

nlohmann::json status_of(const std::string &device) {
  return nlohmann::json::parse(load_well({"--status", "--json", "--dev", device}))[0];
}

Counters send_each_verdict(const std::string &device, size_t added_size) {
  LiveFrames live(device);
  Counters expected = {};
  for (const auto &[verdict, count, size] : kSent) {
    live.send(count, make_frame(size + added_size, {verdict}));
    auto &record = expected[verdict < kActionCount ? verdict : uint8_t{XDP_ABORTED}];
    record.packets += count;
    record.bytes += count * (size + added_size);
  }
  return expected;
}

Counters send_passing(const std::string &device, uint64_t count) {
  LiveFrames(device).send(count, make_frame(73, {XDP_PASS}));
  return all_passed(count, count * 73);
}

Counters sum(const Counters &one, const Counters &other) {
  Counters both = one;
  for (size_t action = 0; action < kActionCount; ++action) {
    both[action].packets += other[action].packets;
    both[action].bytes += other[action].bytes;
  }
  return both;
}

std::vector<uint8_t> udp_frame(size_t size, uint16_t port) {
  // IPv4 without options, protocol 17, addresses for documentation; then the two ports.
  constexpr size_t kTypeAt = 12;
  const std::vector<uint8_t> headers = {0x45,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        64,
                                        17,
                                        0,
                                        0,
                                        192,
                                        0,
                                        2,
                                        1,
                                        192,
                                        0,
                                        2,
                                        2,
                                        0x30,
                                        0x39,
                                        static_cast<uint8_t>(port >> 8U),
                                        static_cast<uint8_t>(port & 0xffU),
                                        0,
                                        20,
                                        0,
                                        0};
  std::vector<uint8_t> frame = make_frame(size, headers);
  frame[kTypeAt] = 0x08;
  frame[kTypeAt + 1] = 0x00;
  return frame;
}

uint32_t component(const std::string &device, const std::string &name) {
  const std::string status = run_or_throw({"xdp-loader", "status", device});
  // " => 50     somebody_elses_  31    3b185187f1855c4c  XDP_PASS"
  std::smatch match;
  if (!std::regex_search(status, match, std::regex(name + "\\w*\\s+(\\d+)"))) {
    throw std::runtime_error("no program " + name + " in\n" + status);
  }
  return static_cast<uint32_t>(std::stoul(match[1]));
}

} // namespace xdpstats::test
