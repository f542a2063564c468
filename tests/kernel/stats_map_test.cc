// SPDX-License-Identifier: BSD-2-Clause
// What else may be pinned in the place of a counters' map.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "pinning/stats_map.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/pinned.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;

constexpr char kPin[] = "/sys/fs/bpf/pin";

std::string open_error(const std::string &path = kPin) {
  const auto map = StatsMap::open(path);
  return map ? "it opens" : map.error().message;
}

TEST(StatsMapOpen, RefusesAProgram) {
  const ObjectPtr object = open_builtin();
  ASSERT_EQ(bpf_object__load(object.get()), 0);
  const PinnedMap pin(kPin, bpf_program__fd(bpf_object__next_program(object.get(), nullptr)));
  EXPECT_EQ(open_error(), "'/sys/fs/bpf/pin' is not a BPF map");
}

TEST(StatsMapOpen, RefusesALink) {
  const VethPair veth;
  const ObjectPtr object = open_builtin();
  ASSERT_EQ(bpf_object__load(object.get()), 0);
  const int program = bpf_program__fd(bpf_object__next_program(object.get(), nullptr));
  const UniqueFd link(
      bpf_link_create(program, static_cast<int>(ifindex_of(veth.near())), BPF_XDP, nullptr));
  ASSERT_TRUE(link.valid()) << errno;
  const PinnedMap pin(kPin, link.get());
  EXPECT_EQ(open_error(), "'/sys/fs/bpf/pin' is not a BPF map");
}

TEST(StatsMapOpen, RefusesMapsOfAnotherLayout) {
  const auto error_of = [](bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries) {
    const PinnedMap pin(kPin, type, key, value, entries);
    return open_error();
  };
  const std::string no_map = "'/sys/fs/bpf/pin' is not a map of xdp-stats: its ";
  EXPECT_EQ(error_of(BPF_MAP_TYPE_HASH, 4, 16, 5),
            no_map + "type is hash, not percpu_array or array");
  EXPECT_EQ(error_of(BPF_MAP_TYPE_PERCPU_HASH, 8, 16, 5),
            no_map + "type is percpu_hash, not percpu_array or array");
  EXPECT_EQ(error_of(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 5), no_map + "value size is 8, not 16");
  EXPECT_EQ(error_of(BPF_MAP_TYPE_ARRAY, 4, 24, 5), no_map + "value size is 24, not 16");
  EXPECT_EQ(error_of(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 16, 4),
            no_map + "number of entries is 4, not 5 or more");
}

TEST(StatsMapOpen, TellsThatThereIsNoPin) {
  const auto map = StatsMap::open(kPin);
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "cannot open '/sys/fs/bpf/pin': No such file or directory");
  EXPECT_EQ(map.error().code, ENOENT);
}

TEST(StatsMapOpen, TellsThatAPlainFileIsNotInBpffs) {
  const auto map = StatsMap::open("/proc/self/status");
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "'/proc/self/status' is not in a BPF file system (bpffs)");
  EXPECT_THAT(map.error().hint, HasSubstr("mount -t bpf -o mode=0700 bpf"));
}

TEST(StatsMapOpen, RefusesADirectory) { EXPECT_NE(open_error("/sys/fs/bpf"), "it opens"); }

TEST(StatsMapRead, TakesMoreEntriesThanActions) {
  for (const auto type : {BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_ARRAY}) {
    const PinnedMap pin(kPin, type, 4, 16, 7);
    const auto possible = static_cast<size_t>(libbpf_num_possible_cpus());
    for (__u32 key = 0; key < 7; ++key) {
      const std::vector<xdp_stats_record> values(possible, {key + 101, key + 1009});
      ASSERT_EQ(bpf_map_update_elem(pin.fd(), &key, values.data(), BPF_ANY), 0);
    }
    const size_t cpus = type == BPF_MAP_TYPE_ARRAY ? 1 : possible;
    const auto read = StatsMap::open(kPin)->read();
    ASSERT_TRUE(read) << read.error().message;
    for (size_t action = 0; action < kActionCount; ++action) {
      EXPECT_EQ((*read)[action].packets, cpus * (action + 101));
      EXPECT_EQ((*read)[action].bytes, cpus * (action + 1009));
    }
  }
}

TEST(StatsMapRead, WorksWithReadPermissionAlone) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  LiveFrames(veth.far()).send(10007, make_frame(60));
  const std::string &pin = counter.pins().stats_map;
  ASSERT_EQ(::chmod(pin.c_str(), 0440), 0);
  // Root without any capability: only the mode of the file counts.
  const Finished finished =
      run({"setpriv", "--bounding-set=-all", "--inh-caps=-all", READ_STATS, pin});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.out, "0 0\n0 0\n10007 600420\n0 0\n0 0\n");
}

TEST(StatsMapRead, GoesOnWhileTheFrozenMapCounts) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  const auto map = StatsMap::open(counter.pins().stats_map);
  ASSERT_TRUE(map) << map.error().message;
  LiveFrames live(veth.far());
  live.send(2003, make_frame(60));
  expect_counters(map->read().value(), all_passed(2003, 2003 * 60));
  live.send(3001, make_frame(60));
  expect_counters(map->read().value(), all_passed(5004, 5004 * 60));
}

TEST(FrozenMap, RefusesWritersEvenRoot) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  LiveFrames(veth.far()).send(1009, make_frame(60));
  const std::string &pin = counter.pins().stats_map;
  const UniqueFd writer(bpf_obj_get(pin.c_str()));
  ASSERT_TRUE(writer.valid());
  const __u32 key = XDP_PASS;
  const std::vector<xdp_stats_record> zeros(static_cast<size_t>(libbpf_num_possible_cpus()));
  EXPECT_EQ(bpf_map_update_elem(writer.get(), &key, zeros.data(), BPF_ANY), -EPERM);
  const Finished bpftool = run({"bpftool", "map", "update", "pinned", pin, "key", "2", "0", "0",
                                "0", "value", "0", "0", "0", "0"});
  EXPECT_NE(bpftool.status, 0);
  expect_counters(counter.read(), all_passed(1009, 1009 * 60));
}

} // namespace
} // namespace xdpstats::test
