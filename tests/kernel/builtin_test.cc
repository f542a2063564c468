// SPDX-License-Identifier: BSD-2-Clause
// The built-in counter counts each frame once and in its full length.
#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/kernel/expect_counters.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

class Builtin : public testing::TestWithParam<Variant> {
protected:
  void SetUp() override {
    if (GetParam().fast) {
      SKIP_UNLESS(has_cast_to_kern_ctx());
    }
  }
};

TEST_P(Builtin, CountsAMillionSmallFrames) {
  const VethPair veth;
  const Counter counter(GetParam().open(), veth.near());
  LiveFrames(veth.far()).send(1000003, make_frame(60));
  expect_counters(counter.read(), all_passed(1000003, 60000180));
  EXPECT_EQ(StatsMap::open(counter.pins().stats_map)->kind(), GetParam().kind);
}

TEST_P(Builtin, CountsEverySizeInFull) {
  const VethPair veth({.mtu = 3400});
  const Counter counter(GetParam().open(), veth.near());
  LiveFrames live(veth.far());
  uint64_t bytes = 0;
  for (const size_t size : std::initializer_list<size_t>{60, 61, 127, 509, 1514, 2039, 3299}) {
    live.send(10007, make_frame(size));
    bytes += 10007 * size;
  }
  expect_counters(counter.read(), all_passed(7 * 10007, bytes));
}

// Larger than a page: the kernel passes several buffers to the program, which sees only the first
// of them.
TEST_P(Builtin, CountsAllBuffersOfAFrame) {
  const VethPair veth({.mtu = 30000});
  const Counter counter(GetParam().open(), veth.near());
  uint64_t bytes = 0;
  for (const size_t size : std::initializer_list<size_t>{1009, 4099, 9001, 12007, 30011}) {
    send_frames(veth.far(), 211, make_frame(size));
    bytes += 211 * size;
  }
  expect_counters(counter.read(), all_passed(5 * 211, bytes));
}

TEST_P(Builtin, CountsInGenericMode) {
  const VethPair veth;
  const Counter counter(GetParam().open(), veth.near(), XDP_FLAGS_SKB_MODE);
  LiveFrames(veth.far()).send(100003, make_frame(61));
  expect_counters(counter.read(), all_passed(100003, 100003 * 61));
}

INSTANTIATE_TEST_SUITE_P(Each, Builtin, testing::ValuesIn(builtin_variants()),
                         [](const auto &test) { return test.param.name; });

TEST(BuiltinOnNames, CountsOnADeviceNamedWithADot) {
  const VethPair veth({.near = "va.100"});
  const Counter counter(open_builtin(), veth.near());
  EXPECT_EQ(counter.pins().directory, "/sys/fs/bpf/xdp_stats/va%2E100");
  LiveFrames(veth.far()).send(10007, make_frame(60));
  expect_counters(counter.read(), all_passed(10007, 600420));
}

TEST(BuiltinOnNames, CountsOnAVlanInGenericMode) {
  const VethPair veth;
  SKIP_UNLESS(can_add_vlan(veth.near()));
  const std::string vlan = add_vlan(veth.near(), 100);
  const Counter counter(open_builtin(), vlan, XDP_FLAGS_SKB_MODE);
  LiveFrames live(veth.far());
  live.send(10007, with_vlan_tag(make_frame(60), 100));
  live.send(1009, make_frame(60)); // not of this VLAN
  expect_counters(counter.read(), all_passed(10007, 600420));
}

TEST(BuiltinOnDevices, CountsEachDeviceApart) {
  const VethPair first({.near = "va", .far = "vb"});
  const VethPair second({.near = "vc", .far = "vd"});
  const Counter on_first(open_builtin(), first.near());
  const Counter on_second(open_builtin(), second.near());
  LiveFrames(first.far()).send(20011, make_frame(60));
  LiveFrames(second.far()).send(30011, make_frame(67));
  expect_counters(on_first.read(), all_passed(20011, 20011 * 60));
  expect_counters(on_second.read(), all_passed(30011, 30011 * 67));
}

} // namespace
} // namespace xdpstats::test
