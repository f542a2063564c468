// SPDX-License-Identifier: BSD-2-Clause
// What a reader keeps of a device from one round to the next, and what makes it look again.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "pinning/device_reader.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/pins.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

size_t open_descriptors() {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                           std::filesystem::directory_iterator()));
}

class DeviceReaderInKernel : public testing::Test {
protected:
  DeviceReaderInKernel() {
    pin_info(counter_.pins().info_map, record("first"));
    EXPECT_EQ(reader_.list()->size(), 1U);
  }

  [[nodiscard]] xdp_stats_info record(const char *program) const {
    xdp_stats_info info = make_info("va");
    info.netdev_program_id = counter_.program_id();
    info.counted_program_id = counter_.program_id();
    std::snprintf(info.program, sizeof(info.program), "%s", program);
    return info;
  }

  DeviceSample read() {
    auto sample = reader_.read("va", read_network_view());
    EXPECT_TRUE(sample) << sample.error().message;
    return sample.value_or(DeviceSample());
  }

  // Two readings more than a second apart: from now on the reader keeps what has not changed in
  // between.
  void settle() {
    read();
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    EXPECT_EQ(read().verdict.state, CountingState::kCounting);
  }

  VethPair pair_;
  Counter counter_{open_builtin(), "va"};
  DeviceReader reader_{kDefaultPinRoot};
};

TEST_F(DeviceReaderInKernel, KeepsTheCountersOpenAndReadsThemAnew) {
  const size_t before = open_descriptors();
  settle();
  EXPECT_EQ(open_descriptors(), before + 1);
  LiveFrames("vb").send(10007, make_frame(60));
  EXPECT_EQ(read().counters[XDP_PASS].packets, 10007U);
  EXPECT_EQ(open_descriptors(), before + 1);
}

TEST_F(DeviceReaderInKernel, KeepsNothingBeforeASecondHasPassed) {
  const size_t before = open_descriptors();
  read();
  read();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(DeviceReaderInKernel, GoesByTheLimitOfDescriptorsAsItIsNow) {
  rlimit usual = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  // What is read once, and looked at by a sanitizer that needs a descriptor for that.
  ASSERT_TRUE(possible_cpu_count());
  const size_t before = open_descriptors();
  const int lowest = ::dup(STDOUT_FILENO);
  ::close(lowest);
  const rlimit narrow = {static_cast<rlim_t>(lowest) + 3, usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &narrow), 0);
  settle();
  EXPECT_EQ(open_descriptors(), before);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  read();
  EXPECT_EQ(open_descriptors(), before + 1);
}

TEST_F(DeviceReaderInKernel, FollowsReplacedCounters) {
  settle();
  Counters others = {};
  others[XDP_TX] = {13, 806};
  const uint32_t id = pin_counters(counter_.pins().stats_map, others);
  const DeviceSample sample = read();
  EXPECT_EQ(sample.map_id, id);
  EXPECT_EQ(sample.counters[XDP_TX].packets, 13U);
}

TEST_F(DeviceReaderInKernel, FollowsAReplacedRecord) {
  settle();
  pin_info(counter_.pins().info_map, record("second"));
  EXPECT_STREQ(read().info->program, "second");
}

TEST_F(DeviceReaderInKernel, FollowsARecordWhoseWriterTouchedTheDirectory) {
  settle();
  const int map = bpf_obj_get(counter_.pins().info_map.c_str());
  const xdp_stats_info second = record("second");
  const __u32 key = 0;
  ASSERT_EQ(bpf_map_update_elem(map, &key, &second, BPF_ANY), 0);
  ::close(map);
  EXPECT_STREQ(read().info->program, "first");
  ASSERT_EQ(::utimensat(AT_FDCWD, counter_.pins().directory.c_str(), nullptr, 0), 0);
  EXPECT_STREQ(read().info->program, "second");
}

// What it asks the kernel for then is this device alone, and not all of them.
TEST_F(DeviceReaderInKernel, LooksAtWhatIsCountedAloneAndAtAllWhereThatIsNotEnough) {
  const VethPair other({.near = "vc", .far = "vd"});
  EXPECT_TRUE(reader_.look_around()->whole);
  settle();
  EXPECT_EQ(reader_.list()->size(), 1U);
  auto network = reader_.look_around();
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_FALSE(network->whole);
  ASSERT_EQ(network->devices.size(), 1U);
  EXPECT_EQ(network->devices.at("va").program_id, counter_.program_id());
  EXPECT_EQ(reader_.read("va", network)->verdict.state, CountingState::kCounting);
  // Its name goes to another device meanwhile.
  rename_device("va", "ve");
  rename_device("vc", "va");
  EXPECT_EQ(reader_.read("va", reader_.look_around())->name, "ve");
  rename_device("va", "vc");
  rename_device("ve", "va");
  ASSERT_EQ(bpf_xdp_detach(static_cast<int>(ifindex_of("va")), XDP_FLAGS_DRV_MODE, nullptr), 0);
  EXPECT_EQ(reader_.read("va", reader_.look_around())->verdict.reason,
            "the device has no XDP program");
  EXPECT_TRUE(reader_.look_around()->whole) << "nothing is known to be well";
}

TEST_F(DeviceReaderInKernel, ListsAgainWhatWasPinnedSince) {
  settle();
  EXPECT_EQ(reader_.list()->size(), 1U);
  EXPECT_EQ(reader_.list()->size(), 1U); // kept
  const std::string other = PinPath(kDefaultPinRoot, "vz").directory;
  ASSERT_EQ(::mkdir(other.c_str(), 0700), 0);
  EXPECT_EQ(reader_.list()->size(), 2U);
  ASSERT_EQ(::rmdir(other.c_str()), 0);
  EXPECT_EQ(reader_.list()->size(), 1U);
  ASSERT_EQ(std::rename(kDefaultPinRoot, "/sys/fs/bpf/elsewhere"), 0);
  EXPECT_EQ(reader_.list()->size(), 0U);
  ASSERT_EQ(std::rename("/sys/fs/bpf/elsewhere", kDefaultPinRoot), 0);
  EXPECT_EQ(reader_.list()->size(), 1U);
}

// The program that a kept record names is gone; the verdict has to say so.
TEST_F(DeviceReaderInKernel, LooksAgainAtBadNews) {
  settle();
  xdp_stats_info gone = record("second");
  gone.mode = XDP_STATS_MODE_NONE;
  const int map = bpf_obj_get(counter_.pins().info_map.c_str());
  const __u32 key = 0;
  ASSERT_EQ(bpf_map_update_elem(map, &key, &gone, BPF_ANY), 0);
  ::close(map);
  ASSERT_EQ(bpf_xdp_detach(static_cast<int>(ifindex_of("va")), XDP_FLAGS_DRV_MODE, nullptr), 0);
  const DeviceSample sample = read();
  EXPECT_EQ(sample.verdict.state, CountingState::kStopped);
  EXPECT_EQ(sample.verdict.reason, "nothing has been attached yet");
}

TEST_F(DeviceReaderInKernel, TellsThatThePinsAreGone) {
  settle();
  ASSERT_TRUE(std::filesystem::remove(counter_.pins().stats_map));
  const auto sample = reader_.read("va", read_network_view());
  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().code, ENOENT);
}

TEST_F(DeviceReaderInKernel, ListsCpusThatAreOnlineOrHaveCounted) {
  // As if the only CPU that ever counted had been taken away since.
  CpuLists cpus = read_cpu_lists().value();
  const uint32_t last = cpus.possible.back();
  pin_counters(counter_.pins().stats_map, {xdp_stats_record{2, 13}, {}, {}, {}, {}});
  cpus.online.clear();
  auto sample = reader_.read("va", read_network_view(), &cpus);
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_TRUE(sample->per_cpu);
  ASSERT_TRUE(sample->cpus);
  ASSERT_EQ(sample->cpus->size(), 1U);
  EXPECT_EQ(sample->cpus->front().cpu, last);
  EXPECT_EQ(sample->cpus->front().counters[XDP_ABORTED].packets, 2U);
  EXPECT_EQ(sample->counters[XDP_ABORTED].packets, 2U);

  cpus.online = {0};
  sample = reader_.read("va", read_network_view(), &cpus);
  ASSERT_TRUE(sample && sample->cpus);
  EXPECT_EQ(sample->cpus->front().cpu, 0U);
  EXPECT_EQ(sample->cpus->size(), last == 0 ? 1U : 2U);

  sample = reader_.read("va", read_network_view());
  ASSERT_TRUE(sample);
  EXPECT_FALSE(sample->per_cpu);
  EXPECT_FALSE(sample->cpus);
}

} // namespace
} // namespace xdpstats::test
