// SPDX-License-Identifier: BSD-2-Clause
// The main job: attach, pin, exit; every frame is counted, exactly.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "pinning/pin_path.h"
#include "pinning/stats_map.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr uint64_t kMany = 1'000'003;

// The map as bpftool prints it, which knows only its BTF; summed over all CPUs.
Counters dumped_by_bpftool(const std::string &map) {
  const auto dump =
      nlohmann::json::parse(run_or_throw({"bpftool", "-j", "map", "dump", "pinned", map}));
  Counters counters = {};
  EXPECT_EQ(dump.size(), kActionCount);
  for (const auto &entry : dump) {
    const auto &formatted = entry.at("formatted");
    xdp_stats_record &record = counters.at(formatted.at("key").get<size_t>());
    const auto add = [&record](const nlohmann::json &value) {
      record.packets += value.at("packets").get<uint64_t>();
      record.bytes += value.at("bytes").get<uint64_t>();
    };
    if (formatted.contains("values")) {
      for (const auto &cpu : formatted.at("values")) {
        add(cpu.at("value"));
      }
    } else {
      add(formatted.at("value"));
    }
  }
  return counters;
}

class Count : public LoaderTest {
protected:
  const std::string map_ = PinPath(kDefaultPinRoot, "va").stats_map;
};

TEST_F(Count, IsWhatBpftoolShows) {
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}),
              AllOf(StartsWith("va: counting (builtin, native mode, XDP program 'xdp_stats' (id "),
                    HasSubstr("; counters at " + map_ + "\n")));
  LiveFrames(veth_.far()).send(kMany, make_frame(60));
  expect_counters(dumped_by_bpftool(map_), all_passed(1'000'003, 60'000'180));
}

TEST_F(Count, SharesCountersBetweenCpus) {
  load_well({"--dev", "va", "--pin", "--map", "array"});
  LiveFrames(veth_.far()).send(100'003, make_frame(61));
  expect_counters(dumped_by_bpftool(map_), all_passed(100'003, 100'003 * 61));
}

TEST_F(Count, WorksInGenericMode) {
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--mode", "skb"}),
              HasSubstr("(builtin, skb mode, "));
  LiveFrames(veth_.far()).send(10'007, make_frame(67));
  expect_counters(pinned_counters("va"), all_passed(10'007, 10'007 * 67));
}

TEST_F(Count, WorksOnAVlanNamedWithADot) {
  SKIP_UNLESS(can_add_vlan("va"));
  const std::string vlan = add_vlan("va", 100);
  ASSERT_EQ(vlan, "va.100");
  EXPECT_THAT(load_well({"--dev", vlan, "--pin"}),
              AllOf(HasSubstr("(builtin, skb mode, "),
                    HasSubstr("/sys/fs/bpf/xdp_stats/va%2E100/xdp_stats_map\n")));
  send_frames("vb", 1009, with_vlan_tag(make_frame(60), 100));
  expect_counters(pinned_counters(vlan), all_passed(1009, 1009 * 60));
  load_well({"--dev", vlan, "--unload"});
  expect_nothing_left();
}

TEST_F(Count, WorksOnADeviceNamedWithADot) {
  const VethPair dotted({.near = "vd.7", .far = "vd.8"});
  load_well({"--dev", "vd.7", "--pin"});
  LiveFrames(dotted.far()).send(10'009, make_frame(60));
  expect_counters(dumped_by_bpftool("/sys/fs/bpf/xdp_stats/vd%2E7/xdp_stats_map"),
                  all_passed(10'009, 10'009 * 60));
}

TEST_F(Count, IsExactUpToFramesOfManyBuffers) {
  const VethPair jumbo({.near = "vj", .far = "vk", .mtu = 9000});
  EXPECT_THAT(load_well({"--dev", "vj", "--pin"}), HasSubstr("native mode"));
  uint64_t bytes = 0;
  uint64_t packets = 0;
  for (const size_t size : {60U, 61U, 1514U, 3000U, 4099U, 9001U, 9014U}) {
    send_frames("vk", 101, make_frame(size));
    packets += 101;
    bytes += 101 * size;
  }
  expect_counters(pinned_counters("vj"), all_passed(packets, bytes));
}

TEST_F(Count, CountsEachActionOfAUsersProgram) {
  EXPECT_THAT(
      load_well({"--dev", "va", "--pin", "--program", std::string(kVerdicts) + ":verdicts"}),
      StartsWith("va: counting (program, native mode, XDP program 'verdicts' (id "));
  struct Sent {
    uint8_t verdict;
    uint64_t count;
    size_t size;
  };
  Counters expected = {};
  for (const auto &[verdict, count, size] :
       {Sent{XDP_ABORTED, 1009, 61}, Sent{XDP_DROP, 20011, 67}, Sent{XDP_PASS, 30011, 71},
        Sent{XDP_TX, 40009, 127}, Sent{XDP_REDIRECT, 5003, 1499}}) {
    LiveFrames(veth_.far()).send(count, make_frame(size, {verdict}));
    expected[verdict] = {count, count * size};
  }
  expect_counters(dumped_by_bpftool(map_), expected);
}

TEST_F(Count, TakesSeveralDevicesAtOnce) {
  const VethPair other({.near = "vc", .far = "vd"});
  const Finished finished =
      load({"--dev", "va", "--dev", "nope", "--dev", "vc", "--dev", "va", "--pin"});
  EXPECT_THAT(finished.out, AllOf(StartsWith("va: counting ("), HasSubstr("\nvc: counting (")));
  EXPECT_EQ(std::count(finished.out.begin(), finished.out.end(), '\n'), 2);
  EXPECT_THAT(finished.err, HasSubstr("xdp-stats-load: cannot find device 'nope': No such device"));
  EXPECT_EQ(finished.status, 1) << "one of them could not be counted";
  LiveFrames(veth_.far()).send(1009, make_frame(60));
  LiveFrames(other.far()).send(2003, make_frame(60));
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 1009U);
  EXPECT_EQ(pinned_counters("vc")[XDP_PASS].packets, 2003U);
}

TEST_F(Count, CannotBeForgedEvenByRoot) {
  load_well({"--dev", "va", "--pin"});
  LiveFrames live(veth_.far());
  live.send(1009, make_frame(60));
  const Finished update = run({"bpftool", "map",   "update", "pinned", map_, "key", "2", "0", "0",
                               "0",       "value", "0",      "0",      "0",  "0",   "0", "0", "0",
                               "0",       "0",     "0",      "0",      "0",  "0",   "0", "0", "0"});
  EXPECT_NE(update.status, 0);
  EXPECT_THAT(update.err + update.out, HasSubstr("Operation not permitted"));
  live.send(1013, make_frame(60));
  expect_counters(pinned_counters("va"), all_passed(1009 + 1013, (1009 + 1013) * 60));
}

// Whoever may write to some bpffs can open again for writing what he opened read-only.
TEST_F(Count, RecordCannotBeForgedThroughAnotherPin) {
  load_well({"--dev", "va", "--pin"});
  const std::string info = PinPath(kDefaultPinRoot, "va").info_map;
  const UniqueFd fd(open_pinned_map(info).value());
  ASSERT_EQ(bpf_obj_pin(fd.get(), "/sys/fs/bpf/copy"), 0);
  const UniqueFd writable(bpf_obj_get("/sys/fs/bpf/copy"));
  ASSERT_TRUE(writable.valid());
  const __u32 key = 0;
  xdp_stats_info forged = pinned_info("va");
  forged.counted_program_id = 7;
  EXPECT_NE(bpf_map_update_elem(writable.get(), &key, &forged, BPF_ANY), 0);
  EXPECT_EQ(errno, EPERM);
  EXPECT_NE(pinned_info("va").counted_program_id, 7U);
  ASSERT_EQ(::unlink("/sys/fs/bpf/copy"), 0);
}

} // namespace
} // namespace xdpstats::test
