// SPDX-License-Identifier: BSD-2-Clause
// Maps of this layout that other programs pinned, read through <Map>.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_link.h>

#include "peer_counter.skel.h"
#include "tests/agent/agent.h"
#include "tests/support/frames.h"
#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string map_block(const std::string &label, const std::string &path) {
  return "  <Map \"" + label + "\">\n    Path \"" + path + "\"\n  </Map>";
}

TEST(ForeignMap, OfXdpFilterIsReadUnderItsLabel) {
  const VethPair pair;
  run_or_throw(
      {"xdp-filter", "load", "va", "--mode", "skb", "--policy", "allow", "--features", "ethernet"});
  run_or_throw({"xdp-filter", "ether", "02:00:00:00:00:07", "--mode", "src"});
  // make_frame() uses another source address: these frames are passed. The second kind is dropped.
  auto wanted = make_frame(60);
  auto unwanted = wanted;
  const std::vector<uint8_t> address = {2, 0, 0, 0, 0, 7};
  std::copy(address.begin(), address.end(), unwanted.begin() + 6);
  send_frames("vb", 13, wanted);
  send_frames("vb", 17, unwanted);

  Agent agent({.plugin_options = map_block("xdp-filter", "/sys/fs/bpf/xdp-filter/xdp_stats_map")});
  agent.start();
  const Counters counters = agent.newest("xdp-filter");
  EXPECT_EQ(counters[XDP_PASS].packets, 13u);
  EXPECT_EQ(counters[XDP_PASS].bytes, 13u * 60);
  EXPECT_EQ(counters[XDP_DROP].packets, 17u);
  EXPECT_EQ(counters[XDP_DROP].bytes, 17u * 60);
  EXPECT_EQ(counters[XDP_ABORTED].packets + counters[XDP_TX].packets +
                counters[XDP_REDIRECT].packets,
            0u);

  run_or_throw({"xdp-filter", "unload", "va"});
  wait_until("collectd misses the map", [&] { return agent.log("no longer").size() >= 2; });
  EXPECT_THAT(agent.log("xdp_stats plugin"),
              ElementsAre(HasSubstr("[warning] xdp_stats plugin: the counters of map 'xdp-filter' "
                                    "can no longer be read: cannot open "
                                    "'/sys/fs/bpf/xdp-filter/xdp_stats_map': No such file")));
}

TEST(ForeignMap, MadeWithXdpToolsHeaderIsRead) {
  const VethPair pair;
  constexpr char kPin[] = "/sys/fs/bpf/xdp_stats_map"; // that header makes libbpf pin it here
  std::unique_ptr<peer_counter, void (*)(peer_counter *)> program(peer_counter__open_and_load(),
                                                                  peer_counter__destroy);
  ASSERT_NE(program, nullptr);
  ASSERT_EQ(bpf_xdp_attach(static_cast<int>(ifindex_of("va")),
                           bpf_program__fd(program->progs.peer_counter), XDP_FLAGS_DRV_MODE,
                           nullptr),
            0);
  LiveFrames("vb").send(1009, make_frame(64));

  Agent agent({.plugin_options = map_block("tutorial", kPin)});
  agent.start();
  const Counters counters = agent.newest("tutorial");
  EXPECT_EQ(counters[XDP_DROP].packets, 1009u);
  EXPECT_EQ(counters[XDP_DROP].bytes, 1009u * 64);
  EXPECT_EQ(counters[XDP_PASS].packets, 0u);
}

TEST(ForeignMap, OfAnotherLayoutIsRefusedAndToldOnce) {
  constexpr char kPin[] = "/sys/fs/bpf/wrong";
  run_or_throw({"bpftool", "map", "create", kPin, "type", "percpu_array", "key", "4", "value", "8",
                "entries", "5", "name", "wrong"});
  const VethPair pair;
  load_well({"--dev", "va", "--pin"});
  Agent agent({.plugin_options = map_block("wrong", kPin)});
  agent.start();
  (void)agent.newest("va");
  EXPECT_THAT(agent.rows("wrong", "if_rx_packets-pass"), testing::IsEmpty());
  EXPECT_THAT(agent.log("xdp_stats plugin"),
              ElementsAre("[warning] xdp_stats plugin: the counters of map 'wrong' cannot be read: "
                          "'/sys/fs/bpf/wrong' is not a map of xdp-stats: its value size is 8, not "
                          "16"));
}

} // namespace
} // namespace xdpstats::test
