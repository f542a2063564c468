// SPDX-License-Identifier: BSD-2-Clause
// What an operator sees of the plugin in a real collectd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/agent.h"
#include "tests/support/frames.h"
#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kPlugin[] = "xdp_stats plugin";

void expect_passed(const Counters &counters, uint64_t packets, uint64_t bytes) {
  for (size_t action = 0; action < kActionCount; ++action) {
    EXPECT_EQ(counters[action].packets, action == XDP_PASS ? packets : 0) << kActionNames[action];
    EXPECT_EQ(counters[action].bytes, action == XDP_PASS ? bytes : 0) << kActionNames[action];
  }
}

// What collectd writes to stderr before its log plugin is loaded.
void expect_quiet_end(const Finished &finished) {
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.err,
              testing::MatchesRegex("(\\[[^]]*\\] )?plugin_load: plugin \"logfile\" successfully "
                                    "loaded.\n"));
}

TEST(Collectd, GetsTenValuesOfEachDeviceAtEachInterval) {
  const VethPair first;
  const VethPair second({.near = "vc", .far = "vd"});
  load_well({"--dev", "va", "--dev", "vc", "--pin"});
  LiveFrames("vb").send(10007, make_frame(60));
  send_frames("vd", 101, make_frame(1499));

  Agent agent;
  agent.start();
  expect_passed(agent.newest("va"), 10007, 600420);
  expect_passed(agent.newest("vc"), 101, 151399);
  expect_quiet_end(agent.stop());
  EXPECT_THAT(agent.log(kPlugin), IsEmpty());

  for (const auto *device : {"va", "vc"}) {
    const auto values = agent.values(device);
    EXPECT_THAT(values,
                ElementsAre("if_rx_octets-aborted", "if_rx_octets-drop", "if_rx_octets-pass",
                            "if_rx_octets-redirect", "if_rx_octets-tx", "if_rx_packets-aborted",
                            "if_rx_packets-drop", "if_rx_packets-pass", "if_rx_packets-redirect",
                            "if_rx_packets-tx"));
    // All ten have the same time. When collectd ends, it drops values that are not written yet:
    // only rows that exist for all ten are compared.
    std::vector<std::string> reference;
    size_t common = SIZE_MAX;
    for (const auto &value : values) {
      common = std::min(common, agent.rows(device, value).size());
    }
    ASSERT_GE(common, 3u);
    for (const auto &value : values) {
      std::vector<std::string> times;
      for (const auto &row : agent.rows(device, value)) {
        times.push_back(row.time);
      }
      std::sort(times.begin(), times.end());
      times.resize(common - 1);
      if (reference.empty()) {
        reference = times;
      }
      EXPECT_EQ(times, reference) << value;
    }
  }
}

TEST(Collectd, ReadsADeviceNamedWithADot) {
  const VethPair dotted({.near = "va.100", .far = "vb.100"});
  load_well({"--dev", "va.100", "--pin"});
  send_frames("vb.100", 103, make_frame(100));
  Agent agent;
  agent.start();
  expect_passed(agent.newest("va.100"), 103, 10300);
}

TEST(Collectd, FindsLaterPinsAndMissesAndFindsAgainWhatIsUnloaded) {
  const VethPair pair;
  const VethPair other({.near = "vc", .far = "vd"});
  Agent agent;
  agent.start();
  wait_until("collectd has started", [&] { return !agent.log("entering read-loop").empty(); });
  load_well({"--dev", "va", "--dev", "vc", "--pin"});
  send_frames("vb", 7, make_frame(60));
  expect_passed(agent.newest("va"), 7, 420);
  EXPECT_THAT(agent.log(kPlugin), IsEmpty());

  load_well({"--dev", "va", "--unload"});
  wait_until("collectd misses the device", [&] { return agent.log("no longer").size() >= 2; });
  (void)agent.newest("vc"); // more intervals, in which nothing is reported again
  const std::string gone = "the counters of 'va' can no longer be read: none are pinned below "
                           "'/sys/fs/bpf/xdp_stats' (hint: xdp-stats-load --dev va --pin)";
  EXPECT_THAT(agent.log("'va'"),
              ElementsAre("[warning] xdp_stats plugin: " + gone,
                          "[info] Notification: severity = WARNING, host = agent, plugin = "
                          "xdp_stats, plugin_instance = va, message = " +
                              gone));
  const size_t rows = agent.rows("va", "if_rx_packets-pass").size();
  (void)agent.newest("vc");
  EXPECT_EQ(agent.rows("va", "if_rx_packets-pass").size(), rows);

  load_well({"--dev", "va", "--pin"});
  send_frames("vb", 11, make_frame(60));
  expect_passed(agent.newest("va"), 11, 660);
  EXPECT_THAT(
      agent.log("can be read again"),
      ElementsAre("[info] xdp_stats plugin: the counters of 'va' can be read again",
                  "[info] Notification: severity = OKAY, host = agent, plugin = xdp_stats, "
                  "plugin_instance = va, message = the counters of 'va' can be read again"));
  EXPECT_EQ(agent.log("'va'").size(), 4u);
  expect_quiet_end(agent.stop());
}

TEST(Collectd, TellsThatADeviceStoppedCountingAndCountsAgain) {
  const VethPair pair;
  load_well({"--dev", "va", "--pin"});
  Agent agent;
  agent.start();
  (void)agent.newest("va");
  run_or_throw({"ip", "link", "set", "dev", "va", "xdp", "off"});
  wait_until("the alarm", [&] { return !agent.log("severity = WARNING").empty(); });
  EXPECT_THAT(agent.log("'va'"),
              ElementsAre(HasSubstr("the counters of 'va' are stopped: the device has no XDP "
                                    "program"),
                          HasSubstr("plugin_instance = va, message = the counters of 'va' are "
                                    "stopped: the device has no XDP program")));
  load_well({"--dev", "va", "--pin"});
  wait_until("the clear", [&] { return !agent.log("severity = OKAY").empty(); });
  (void)agent.newest("va");
  EXPECT_EQ(agent.log("'va'").size(), 4u);
}

TEST(Collectd, TestReadPassesWithAndWithoutPins) {
  const VethPair pair;
  const Agent agent;
  EXPECT_EQ(agent.test_read().status, 0);
  load_well({"--dev", "va", "--pin"});
  EXPECT_EQ(agent.test_read().status, 0);
  EXPECT_THAT(agent.log(kPlugin), IsEmpty());
  run_or_throw({"umount", "/sys/fs/bpf"});
  EXPECT_EQ(agent.test_read().status, 0);
}

TEST(Collectd, StartsDespiteWrongConfigurationAndTheRestHolds) {
  const VethPair pair;
  const VethPair other({.near = "vc", .far = "vd"});
  load_well({"--dev", "va", "--dev", "vc", "--pin"});
  Agent agent({.plugin_options = "  Interface 5\n  Colour \"red\"\n  Interface \"va\"\n"
                                 "  IgnoreSelected \"yes\"\n  <Map \"m\">\n    Size 3\n  </Map>"});
  agent.start();
  expect_passed(agent.newest("va"), 0, 0);
  EXPECT_THAT(agent.rows("vc", "if_rx_packets-pass"), IsEmpty());
  EXPECT_THAT(
      agent.log(kPlugin),
      ElementsAre(AllOf(HasSubstr("[warning]"), HasSubstr("'Interface 5': its value must be")),
                  HasSubstr("'Colour \"red\"': there is no such option"),
                  HasSubstr("'IgnoreSelected \"yes\"': its value must be true or false"),
                  HasSubstr("'Size 3' in <Map \"m\">: there is no such option"),
                  HasSubstr("<Map \"m\">: it needs a Path")));
}

} // namespace
} // namespace xdpstats::test
