// SPDX-License-Identifier: BSD-2-Clause
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "maps.skel.h"
#include "pinning/info_record.h"
#include "tests/kernel/pinned.h"

namespace xdpstats::test {
namespace {

constexpr char kPin[] = "/sys/fs/bpf/info";

class InfoMapInKernel : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_NE(maps_, nullptr);
    pin_ = std::make_unique<PinnedMap>(kPin, bpf_map__fd(maps_->maps.xdp_stats_info));
  }

  void write(const xdp_stats_info &record) {
    const __u32 key = 0;
    ASSERT_EQ(bpf_map_update_elem(bpf_map__fd(maps_->maps.xdp_stats_info), &key, &record, BPF_ANY),
              0);
  }

  std::unique_ptr<maps, void (*)(maps *)> maps_{maps__open_and_load(), maps__destroy};
  std::unique_ptr<PinnedMap> pin_;
};

TEST_F(InfoMapInKernel, GivesBackWhatWasWritten) {
  xdp_stats_info written = {};
  written.generation = written.generation_end = 5;
  written.abi = XDP_STATS_INFO_ABI;
  written.mode = XDP_STATS_MODE_PROGRAM;
  written.flags = XDP_STATS_INFO_FOLLOW;
  written.ifindex = 101;
  written.attach_mode = XDP_STATS_ATTACH_SKB;
  written.netdev_program_id = 103;
  written.counted_program_id = 107;
  written.netns_inode = 4026531840;
  written.created_at = 1700000000000000003;
  written.attached_at = 1700000000000000007;
  written.build_id = 0xcbf29ce484222325;
  written.uncovered_ns = 109;
  written.changes = 113;
  std::strcpy(written.device, "eth0.100");
  std::strcpy(written.program, "my_prog");
  write(written);
  const auto read = InfoMap::open(kPin)->read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(std::memcmp(&*read, &written, sizeof(written)), 0);
}

TEST_F(InfoMapInKernel, SaysNoneBeforeAnybodyWrote) {
  const auto read = InfoMap::open(kPin)->read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->mode, static_cast<__u32>(XDP_STATS_MODE_NONE));
}

TEST_F(InfoMapInKernel, ReadsARecordOfANewerAbi) {
  xdp_stats_info written = {};
  written.abi = 7;
  written.mode = XDP_STATS_MODE_BUILTIN;
  write(written);
  const auto read = InfoMap::open(kPin)->read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->abi, 7U);
}

TEST_F(InfoMapInKernel, RefusesTheCountersMap) {
  const PinnedMap other("/sys/fs/bpf/other", bpf_map__fd(maps_->maps.xdp_stats_map));
  const auto info = InfoMap::open(other.path());
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().message, "'/sys/fs/bpf/other' is not an info map of xdp-stats");
}

TEST(InfoMapOpen, TellsThatThereIsNoPin) {
  const auto info = InfoMap::open(kPin);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ENOENT);
}

} // namespace
} // namespace xdpstats::test
