// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "pinning/info_record.h"
#include "tests/unit/fake_kernel.h"

namespace xdpstats {
namespace {

using test::FakeKernel;

class InfoMapTest : public testing::Test {
protected:
  InfoMapTest() {
    kernel_ = FakeKernel();
    kernel_.info.type = BPF_MAP_TYPE_ARRAY;
    kernel_.info.key_size = 4;
    kernel_.info.value_size = sizeof(xdp_stats_info);
    kernel_.info.max_entries = 1;
    record_.generation = record_.generation_end = 3;
    record_.abi = XDP_STATS_INFO_ABI;
    record_.mode = XDP_STATS_MODE_BUILTIN;
    record_.ifindex = 31;
    std::strcpy(record_.device, "eth0.100");
    kernel_.lookup = [this](__u32, void *out) {
      std::memcpy(out, &record_, kernel_.info.value_size);
      return 0;
    };
  }

  // Written in place, between two equal numbers.
  void as_abi_1() {
    record_.abi = 1;
    kernel_.info.value_size = XDP_STATS_INFO_ABI_1_SIZE;
  }

  static std::string read_error() {
    const auto record = InfoMap::open("/pin")->read();
    return record ? "it reads" : record.error().message;
  }

  FakeKernel &kernel_ = FakeKernel::get();
  xdp_stats_info record_ = {};
};

TEST_F(InfoMapTest, ReadsTheRecord) {
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->ifindex, 31U);
  EXPECT_STREQ(record->device, "eth0.100");
  EXPECT_EQ(kernel_.open_flags, static_cast<unsigned>(BPF_F_RDONLY));
}

// Who may read the record and write anywhere in a bpffs can change it.
TEST_F(InfoMapTest, LetsNoProgramNameDriveATerminal) {
  std::strcpy(record_.program, "lb\x1b[2J\n\xe2\x80\xae");
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_STREQ(record->program, "lb?[2J????");
}

TEST_F(InfoMapTest, ReadsAgainWhatWasReadWhileItWasWritten) {
  as_abi_1();
  kernel_.lookup = [this](__u32, void *out) {
    record_.generation_end = kernel_.lookups < 3 ? 2 : 3;
    std::memcpy(out, &record_, kernel_.info.value_size);
    return 0;
  };
  EXPECT_TRUE(InfoMap::open("/pin")->read());
  EXPECT_EQ(kernel_.lookups, 3);
}

TEST_F(InfoMapTest, GivesUpOnARecordThatNeverSettles) {
  as_abi_1();
  record_.generation_end = 2;
  EXPECT_EQ(read_error(), "cannot read '/pin': it is being written all the time");
}

TEST_F(InfoMapTest, ReadsTheFirstAbi) {
  as_abi_1();
  record_.netns_cookie = 7; // not in the map
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->abi, 1U);
  EXPECT_EQ(record->ifindex, 31U);
  EXPECT_EQ(record->netns_cookie, 0U);
}

TEST_F(InfoMapTest, ReadsWhatItKnowsOfANewerAbi) {
  record_.abi = 9;
  record_.netns_cookie = 7;
  kernel_.info.value_size = sizeof(xdp_stats_info) + 64;
  kernel_.lookup = [this](__u32, void *out) {
    std::memcpy(out, &record_, sizeof(record_));
    return 0;
  };
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->netns_cookie, 7U);
}

TEST_F(InfoMapTest, RefusesWhatHasNoAbi) {
  record_.abi = 0;
  EXPECT_EQ(read_error(), "'/pin' holds no info record");
}

TEST_F(InfoMapTest, KeepsCountsWithinTheirArrays) {
  record_.slave_count = record_.chain_count = 4'000'000'007;
  std::memset(record_.chain, 'c', sizeof(record_.chain));
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->slave_count, static_cast<__u32>(XDP_STATS_INFO_SLAVES));
  EXPECT_EQ(record->chain_count, static_cast<__u32>(XDP_STATS_INFO_CHAIN));
  EXPECT_EQ(record->chain[9], std::string(63, 'c'));
}

TEST_F(InfoMapTest, TakesARecordThatNobodyWroteYet) {
  record_ = {};
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->mode, static_cast<__u32>(XDP_STATS_MODE_NONE));
}

TEST_F(InfoMapTest, TerminatesItsStrings) {
  std::memset(record_.device, 'd', sizeof(record_.device));
  std::memset(record_.program, 'p', sizeof(record_.program));
  const auto record = InfoMap::open("/pin")->read();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->device, std::string(15, 'd'));
  EXPECT_EQ(record->program, std::string(63, 'p'));
}

TEST_F(InfoMapTest, TellsThatItCannotRead) {
  kernel_.lookup = [](__u32, void *) { return EIO; };
  EXPECT_EQ(read_error(), "cannot read '/pin': Input/output error");
}

TEST_F(InfoMapTest, RefusesMapsOfAnotherLayout) {
  const bpf_map_info good = kernel_.info;
  for (const auto spoil : {+[](bpf_map_info &info) { info.type = BPF_MAP_TYPE_HASH; },
                           +[](bpf_map_info &info) { info.key_size = 8; },
                           +[](bpf_map_info &info) { info.value_size = 160; },
                           +[](bpf_map_info &info) { info.value_size = 1U << 20; },
                           +[](bpf_map_info &info) { info.max_entries = 2; }}) {
    kernel_.info = good;
    spoil(kernel_.info);
    const auto map = InfoMap::open("/pin");
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().message, "'/pin' is not an info map of xdp-stats");
  }
}

TEST(ModeName, IsOneWord) {
  EXPECT_STREQ(mode_name(XDP_STATS_MODE_NONE), "none");
  EXPECT_STREQ(mode_name(XDP_STATS_MODE_BUILTIN), "builtin");
  EXPECT_STREQ(mode_name(XDP_STATS_MODE_OBSERVE), "observe");
  EXPECT_STREQ(mode_name(XDP_STATS_MODE_PROGRAM), "program");
}

TEST(AttachModeName, IsOneWord) {
  EXPECT_STREQ(attach_mode_name(XDP_STATS_ATTACH_NONE), "none");
  EXPECT_STREQ(attach_mode_name(XDP_STATS_ATTACH_NATIVE), "native");
  EXPECT_STREQ(attach_mode_name(XDP_STATS_ATTACH_SKB), "skb");
  EXPECT_STREQ(attach_mode_name(XDP_STATS_ATTACH_HW), "hw");
}

} // namespace
} // namespace xdpstats
