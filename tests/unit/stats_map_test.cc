// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/stats_map.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tests/unit/fake_kernel.h"

namespace xdpstats {
namespace {

using test::FakeKernel;

constexpr int kNotSupported = 524; // ENOTSUPP, which has no name in user space
constexpr size_t kCpus = 2;

class StatsMapTest : public testing::Test {
protected:
  StatsMapTest() {
    kernel_ = FakeKernel();
    kernel_.info.type = BPF_MAP_TYPE_PERCPU_ARRAY;
    kernel_.info.id = 4001;
    kernel_.info.key_size = 4;
    kernel_.info.value_size = 16;
    kernel_.info.max_entries = 5;
    kernel_.cpus = kCpus;
    for (size_t i = 0; i < values_.size(); ++i) {
      values_[i] = {uint64_t{1} << i, uint64_t{1} << (i + 20)};
    }
    kernel_.batch = [this](void *out) { std::memcpy(out, values_.data(), sizeof(values_)); };
    kernel_.lookup = [this](__u32 key, void *out) {
      std::memcpy(out, &values_[key * kCpus], kCpus * sizeof(xdp_stats_record));
      return 0;
    };
  }

  static void expect_all(const Result<Counters> &read) {
    ASSERT_TRUE(read) << read.error().message;
    for (size_t action = 0; action < kActionCount; ++action) {
      EXPECT_EQ((*read)[action].packets, uint64_t{3} << (action * kCpus));
      EXPECT_EQ((*read)[action].bytes, uint64_t{3} << (action * kCpus + 20));
    }
  }

  static std::string open_error() {
    const auto map = StatsMap::open("/pin");
    return map ? "it opens" : map.error().message;
  }

  FakeKernel &kernel_ = FakeKernel::get();
  std::array<xdp_stats_record, kActionCount *kCpus> values_ = {};
};

TEST_F(StatsMapTest, OpensReadOnly) {
  const auto map = StatsMap::open("/pin");
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(kernel_.open_flags, static_cast<unsigned>(BPF_F_RDONLY));
  EXPECT_EQ(map->kind(), MapKind::kPerCpu);
  EXPECT_EQ(map->id(), 4001U);
}

TEST_F(StatsMapTest, ReadsAllActionsByOneCall) {
  const auto map = StatsMap::open("/pin");
  expect_all(map->read());
  EXPECT_EQ(kernel_.batches, 1);
  EXPECT_EQ(kernel_.lookups, 0);
}

TEST_F(StatsMapTest, TakesAllFiveWithEnoent) {
  kernel_.batch_errno = ENOENT;
  expect_all(StatsMap::open("/pin")->read());
  EXPECT_EQ(kernel_.lookups, 0);
}

TEST_F(StatsMapTest, LooksUpSinglyWhereTheKernelHasNoBatch) {
  kernel_.batch = nullptr;
  kernel_.batch_errno = kNotSupported;
  kernel_.batch_returns = 0;
  expect_all(StatsMap::open("/pin")->read());
  EXPECT_EQ(kernel_.lookups, 5);
}

TEST_F(StatsMapTest, NeverTakesAPartOfTheActions) {
  kernel_.batch_errno = ENOENT;
  kernel_.batch_returns = 4;
  expect_all(StatsMap::open("/pin")->read());
  EXPECT_EQ(kernel_.lookups, 5);
}

TEST_F(StatsMapTest, GivesNoZerosForWhatCannotBeRead) {
  kernel_.batch_errno = EFAULT;
  kernel_.lookup = [](__u32 key, void *) { return key == 3 ? EIO : 0; };
  const auto read = StatsMap::open("/pin")->read();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "cannot read '/pin': Input/output error");
  EXPECT_EQ(read.error().code, EIO);
}

TEST_F(StatsMapTest, ReadsAgainAfterTheCpusCouldNotBeRead) {
  const auto map = StatsMap::open("/pin");
  kernel_.cpus = -EMFILE;
  const auto failed = map->read();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "cannot open the list of possible CPUs: Too many open files");
  EXPECT_EQ(failed.error().code, EMFILE);
  EXPECT_EQ(kernel_.batches, 0);
  kernel_.cpus = kCpus;
  expect_all(map->read());
}

TEST_F(StatsMapTest, ReadsASharedMapAsOneCpu) {
  kernel_.info.type = BPF_MAP_TYPE_ARRAY;
  kernel_.batch = [this](void *out) {
    std::memcpy(out, values_.data(), kActionCount * sizeof(xdp_stats_record));
  };
  const auto map = StatsMap::open("/pin");
  EXPECT_EQ(map->kind(), MapKind::kShared);
  const auto read = map->read();
  for (size_t action = 0; action < kActionCount; ++action) {
    EXPECT_EQ((*read)[action].packets, uint64_t{1} << action);
  }
}

TEST_F(StatsMapTest, SplitsTheCountersOverTheCpusThatThereCanBe) {
  // The kernel has no value for the numbers between.
  const auto split = StatsMap::open("/pin")->read_split({0, 5});
  ASSERT_TRUE(split) << split.error().message;
  expect_all(split->sums);
  ASSERT_TRUE(split->cpus);
  ASSERT_EQ(split->cpus->size(), kCpus);
  for (size_t index = 0; index < kCpus; ++index) {
    const CpuCounters &one = (*split->cpus)[index];
    EXPECT_EQ(one.cpu, index == 0 ? 0U : 5U);
    for (size_t action = 0; action < kActionCount; ++action) {
      EXPECT_EQ(one.counters[action].packets, uint64_t{1} << (action * kCpus + index));
      EXPECT_EQ(one.counters[action].bytes, uint64_t{1} << (action * kCpus + index + 20));
    }
  }
  EXPECT_EQ(kernel_.batches, 1);
}

TEST_F(StatsMapTest, DoesNotSplitASharedMap) {
  kernel_.info.type = BPF_MAP_TYPE_ARRAY;
  kernel_.batch = [this](void *out) {
    std::memcpy(out, values_.data(), kActionCount * sizeof(xdp_stats_record));
  };
  const auto split = StatsMap::open("/pin")->read_split({0, 5});
  ASSERT_TRUE(split);
  EXPECT_FALSE(split->cpus);
  EXPECT_EQ(split->sums[XDP_REDIRECT].packets, 16U);
}

TEST_F(StatsMapTest, SplitsNothingThatCannotBeRead) {
  kernel_.batch_errno = EFAULT;
  kernel_.lookup = [](__u32, void *) { return EIO; };
  const auto split = StatsMap::open("/pin")->read_split({0, 5});
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().message, "cannot read '/pin': Input/output error");
}

TEST_F(StatsMapTest, TellsThatThereIsNoPin) {
  kernel_.open_errno = ENOENT;
  kernel_.statfs_errno = ENOENT;
  const auto map = StatsMap::open("/pin");
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "cannot open '/pin': No such file or directory");
  EXPECT_EQ(map.error().code, ENOENT);
}

TEST_F(StatsMapTest, TellsThatTheFileIsNotInBpffs) {
  kernel_.open_errno = EACCES;
  kernel_.file_system = TMPFS_MAGIC;
  EXPECT_EQ(open_error(), "'/pin' is not in a BPF file system (bpffs)");
}

TEST_F(StatsMapTest, TellsThatPermissionIsLacking) {
  kernel_.open_errno = EACCES;
  const auto map = StatsMap::open("/pin");
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "cannot open '/pin': Permission denied");
  EXPECT_EQ(map.error().hint, "run as root, or pin with xdp-stats-load --group for a group of "
                              "yours; see SECURITY CONSIDERATIONS in xdp-stats(1)");
  EXPECT_EQ(map.error().code, EACCES);
}

TEST_F(StatsMapTest, TellsThatItIsNoMap) {
  kernel_.open_errno = EINVAL; // the error for a link that is opened read-only
  EXPECT_EQ(open_error(), "'/pin' is not a BPF map");
  kernel_.open_errno = 0;
  kernel_.descriptor = "anon_inode:bpf-prog";
  kernel_.info.key_size = 0x5a17c0de; // half of a program's hash
  EXPECT_EQ(open_error(), "'/pin' is not a BPF map");
}

TEST_F(StatsMapTest, TellsThatItsLayoutIsForeign) {
  kernel_.info.value_size = 8;
  EXPECT_EQ(open_error(), "'/pin' is not a map of xdp-stats: its value size is 8, not 16");
}

TEST_F(StatsMapTest, TellsThatTheKernelDoesNotDescribeIt) {
  kernel_.info_errno = EPERM;
  EXPECT_EQ(open_error(), "cannot get information about '/pin': Operation not permitted");
}

} // namespace
} // namespace xdpstats
