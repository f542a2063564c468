// SPDX-License-Identifier: BSD-2-Clause
// A program written with xdp_stats.bpf.h: every verdict is counted under its own action.
#include <gtest/gtest.h>

#include <array>

#include "tests/kernel/expect_counters.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

struct Sent {
  uint8_t verdict;
  uint64_t count;
  size_t size;
};

constexpr std::array<Sent, kActionCount> kSent = {{{XDP_ABORTED, 1009, 61},
                                                   {XDP_DROP, 20011, 67},
                                                   {XDP_PASS, 30011, 71},
                                                   {XDP_TX, 40009, 127},
                                                   {XDP_REDIRECT, 5003, 1499}}};

class Verdicts : public testing::TestWithParam<const char *> {
protected:
  VethPair veth_;
  Counter counter_{open_object(PROGRAMS "/" + std::string(GetParam()) + ".bpf.o"), veth_.near()};
  LiveFrames live_{veth_.far()};
};

TEST_P(Verdicts, AreCountedEachUnderItsAction) {
  Counters expected = {};
  for (const auto &[verdict, count, size] : kSent) {
    live_.send(count, make_frame(size, {verdict}));
    expected[verdict] = {count, count * size};
  }
  expect_counters(counter_.read(), expected);
}

TEST_P(Verdicts, OutOfRangeAreCountedAsAborted) {
  Counters expected = {};
  // 255: minus one.
  for (const int byte : {5, 127, 128, 255}) {
    live_.send(2003, make_frame(60, {static_cast<uint8_t>(byte)}));
    expected[XDP_ABORTED].packets += 2003;
    expected[XDP_ABORTED].bytes += 2003 * 60;
  }
  expect_counters(counter_.read(), expected);
}

TEST_P(Verdicts, MayAlternateInFramesThatThePacketSocketSends) {
  Counters expected = {};
  for (int round = 0; round < 7; ++round) {
    for (const auto &[verdict, count, size] : kSent) {
      send_frames(veth_.far(), 3, make_frame(size, {verdict}));
      expected[verdict].packets += 3;
      expected[verdict].bytes += 3 * size;
    }
  }
  expect_counters(counter_.read(), expected);
}

TEST_P(Verdicts, OfFramesWithManyBuffersAreExact) {
  const VethPair jumbo({.near = "vj", .far = "vk", .mtu = 30000});
  const Counter counter(open_object(PROGRAMS "/" + std::string(GetParam()) + ".bpf.o"),
                        jumbo.near());
  Counters expected = {};
  for (const uint8_t verdict : {XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT}) {
    send_frames(jumbo.far(), 101, make_frame(9001, {verdict}));
    expected[verdict] = {101, 101 * 9001};
  }
  expect_counters(counter.read(), expected);
}

INSTANTIATE_TEST_SUITE_P(MapKinds, Verdicts, testing::Values("verdicts", "verdicts_shared"),
                         [](const auto &test) { return std::string(test.param); });

} // namespace
} // namespace xdpstats::test
