// SPDX-License-Identifier: BSD-2-Clause
// The names of pins against the real bpffs.
#include "pinning/pin_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tests/kernel/pinned.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PinRoot : public testing::Test {
protected:
  void SetUp() override { ASSERT_EQ(::mkdir(kRoot, 0700), 0); }
  void TearDown() override { std::filesystem::remove_all(kRoot); }

  static constexpr char kRoot[] = "/sys/fs/bpf/xdp_stats";
};

TEST_F(PinRoot, IsEmptyAtFirst) {
  EXPECT_THAT(list_pinned_devices(kRoot).value(), IsEmpty());
  EXPECT_TRUE(check_bpffs(kRoot));
}

TEST_F(PinRoot, HoldsEveryNameThatADeviceMayHave) {
  // Every byte that dev_valid_name() of the kernel accepts, and the longest name.
  std::vector<std::string> devices = {std::string(14, '.') + "x"};
  for (int byte = 1; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c != '/' && c != ':' && c != '%' && c != '\xA0' && std::isspace(byte) == 0) {
      devices.push_back(std::string("d") + c);
    }
  }
  for (const auto &device : devices) {
    ASSERT_EQ(::mkdir(PinPath(kRoot, device).directory.c_str(), 0700), 0)
        << PinPath(kRoot, device).directory << ": " << errno;
  }
  std::sort(devices.begin(), devices.end());
  EXPECT_EQ(list_pinned_devices(kRoot).value(), devices);
}

TEST_F(PinRoot, ListsNothingThatIsNotOurs) {
  ASSERT_EQ(::mkdir("/sys/fs/bpf/xdp_stats/eth1", 0700), 0);
  ASSERT_EQ(::mkdir("/sys/fs/bpf/xdp_stats/eth0%2E7", 0700), 0);
  ASSERT_EQ(::mkdir("/sys/fs/bpf/xdp_stats/%41", 0700), 0);
  const PinnedMap file("/sys/fs/bpf/xdp_stats/eth2", BPF_MAP_TYPE_ARRAY, 4, 16, 5);
  EXPECT_THAT(list_pinned_devices(kRoot).value(), ElementsAre("eth0.7", "eth1"));
}

} // namespace
} // namespace xdpstats::test
