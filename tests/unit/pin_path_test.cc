// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/pin_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <random>

#include "base/text.h"

namespace xdpstats {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(EscapeDevice, LeavesOrdinaryNamesAlone) {
  for (const char *name : {"eth0", "enp3s0f1np1", "wg-home", "br_lan", "a@b", "x:1", "p+q"}) {
    EXPECT_EQ(escape_device(name), name);
  }
}

TEST(EscapeDevice, SpellsWhatBpffsRefuses) {
  EXPECT_EQ(escape_device("eth0.100"), "eth0%2E100");
  EXPECT_EQ(escape_device("."), "%2E");
  EXPECT_EQ(escape_device(".."), "%2E%2E");
  EXPECT_EQ(escape_device("100%"), "100%25");
  EXPECT_EQ(escape_device("a/b"), "a%2Fb");
  EXPECT_EQ(escape_device("a b"), "a%20b");
  EXPECT_EQ(escape_device("\x7f\xc3\xa9"), "%7F%C3%A9");
  EXPECT_EQ(escape_device(std::string_view("\0\n", 2)), "%00%0A");
}

TEST(UnescapeDevice, RefusesEverySpellingButOurs) {
  for (const char *name : {"", "%", "%2", "eth0%", "eth0%2", "%2e", "%41", "eth0.100", "%GG", "%-1",
                           "a b", "%2E%", "..", ".", "caf\xc3\xa9"}) {
    EXPECT_EQ(unescape_device(name), std::nullopt) << "'" << name << "'";
  }
}

std::string random_bytes(std::mt19937 &random, size_t longest) {
  // Half of the bytes are special characters of the escape, so that they often stand side by side.
  static const std::string kTelling = ".%/ 02EFef\x7f\x80\xff";
  std::string bytes(std::uniform_int_distribution<size_t>(1, longest)(random), '\0');
  std::uniform_int_distribution<int> any(0, 255);
  std::uniform_int_distribution<size_t> telling(0, kTelling.size() - 1);
  for (char &byte : bytes) {
    byte = any(random) < 128 ? kTelling[telling(random)] : static_cast<char>(any(random));
  }
  return bytes;
}

TEST(EscapeDevice, IsInjectiveAndReadsBack) {
  std::mt19937 random(20030); // a fixed seed, so that a failure can be repeated
  std::map<std::string, std::string> device_of;
  for (int i = 0; i < 20011; ++i) {
    const std::string device = random_bytes(random, 6);
    const std::string name = escape_device(device);
    ASSERT_EQ(unescape_device(name), device) << name;
    ASSERT_EQ(name.find_first_of("./"), std::string::npos) << name;
    const auto [known, added] = device_of.try_emplace(name, device);
    ASSERT_TRUE(added || known->second == device) << name << " stands for two devices";
  }
  EXPECT_GT(device_of.size(), 10007U);
}

TEST(UnescapeDevice, WhatItAcceptsIsSpelledThatWay) {
  std::mt19937 random(1009);
  int accepted = 0;
  for (int i = 0; i < 50021; ++i) {
    const std::string name = random_bytes(random, 4);
    if (const auto device = unescape_device(name)) {
      ASSERT_EQ(escape_device(*device), name);
      ++accepted;
    }
  }
  EXPECT_GT(accepted, 101);
}

TEST(DeviceSpelled, TakesWhatOutputsWrite) {
  EXPECT_EQ(device_spelled("eth0"), "eth0");
  EXPECT_EQ(device_spelled("a%FF%0Az"), "a\xFF\nz");
  EXPECT_EQ(device_spelled("50%"), "50%");
  EXPECT_EQ(device_spelled("%f0%4"), "%f0%4");
  std::mt19937 random(4001);
  for (int i = 0; i < 20011; ++i) {
    std::string name = random_bytes(random, 6);
    std::erase(name, '%'); // which no device's name holds
    ASSERT_EQ(device_spelled(printable(name)), name) << name;
    ASSERT_EQ(printable(printable(name)), printable(name));
  }
}

TEST(IsDeviceName, AgreesWithTheKernel) {
  using namespace std::string_view_literals;
  for (const std::string_view name : {"eth0"sv, "a"sv, "eth0.100"sv, "..."sv, "123456789012345"sv,
                                      "\x1b[2J"sv, "\xff"sv, "gr\xc3\xbc\xc3\x9f"sv}) {
    EXPECT_TRUE(is_device_name(name)) << name;
  }
  for (const std::string_view name :
       {""sv, "."sv, ".."sv, "1234567890123456"sv, "a/b"sv, "a:b"sv, "a b"sv, "a\nb"sv, "a\tb"sv,
        "a\0b"sv, "\0"sv, "a%d"sv, "a\xa0"sv}) {
    EXPECT_FALSE(is_device_name(name)) << name;
  }
}

TEST(EscapeDevice, LongestDeviceNameFitsABpffsName) {
  EXPECT_LE(escape_device(std::string(15, '.')).size(), 255U);
}

TEST(PinPath, HasOneDirectoryForEachDevice) {
  const PinPath pins("/sys/fs/bpf/xdp_stats", "eth0.100");
  EXPECT_EQ(pins.root, "/sys/fs/bpf/xdp_stats");
  EXPECT_EQ(pins.directory, "/sys/fs/bpf/xdp_stats/eth0%2E100");
  EXPECT_EQ(pins.stats_map, "/sys/fs/bpf/xdp_stats/eth0%2E100/xdp_stats_map");
  EXPECT_EQ(pins.info_map, "/sys/fs/bpf/xdp_stats/eth0%2E100/xdp_stats_info");
  EXPECT_EQ(pins.observer, "/sys/fs/bpf/xdp_stats/eth0%2E100/observer");
  EXPECT_EQ(pins.staged_map, "/sys/fs/bpf/xdp_stats/eth0%2E100/xdp_stats_map_new");
}

TEST(ListPinnedDevices, NothingWasPinnedWhereThereIsNoRoot) {
  const auto devices = list_pinned_devices("/proc/no-such-directory");
  ASSERT_TRUE(devices) << devices.error().message;
  EXPECT_THAT(*devices, IsEmpty());
}

TEST(ListPinnedDevices, RefusesARootOutsideBpffs) {
  const auto devices = list_pinned_devices("/proc");
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().message, "'/proc' is not in a BPF file system (bpffs)");
  EXPECT_THAT(devices.error().hint, HasSubstr("mount -t bpf -o mode=0700 bpf /sys/fs/bpf"));
}

TEST(ListPinnedDevices, RefusesARootThatIsNoDirectory) {
  const auto devices = list_pinned_devices("/proc/version");
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().message, "cannot read directory '/proc/version': Not a directory");
  EXPECT_EQ(devices.error().code, ENOTDIR);
}

TEST(CheckBpffs, NamesWhatIsMissing) {
  const auto missing = check_bpffs("/proc/no-such-file");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "cannot look up '/proc/no-such-file': No such file or directory");
  EXPECT_EQ(missing.error().code, ENOENT);
}

TEST(CheckBpffs, NamesTheWayOut) {
  const auto elsewhere = check_bpffs("/proc/version");
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().message, "'/proc/version' is not in a BPF file system (bpffs)");
  EXPECT_EQ(elsewhere.error().hint, "mount one with: mount -t bpf -o mode=0700 bpf /sys/fs/bpf");
  EXPECT_EQ(elsewhere.error().code, 0);
}

} // namespace
} // namespace xdpstats
