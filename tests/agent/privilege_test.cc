// SPDX-License-Identifier: BSD-2-Clause
// collectd as the upstream unit and careful operators run it: without capabilities, or as nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/agent/agent.h"
#include "tests/support/frames.h"
#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kGroup[] = "games"; // exists on every Debian

std::vector<std::string> setpriv(std::vector<std::string> options) {
  options.insert(options.begin(), "setpriv");
  options.insert(options.end(), {"--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"});
  return options;
}

const std::vector<std::string> kRootWithoutCapabilities = setpriv({});
const std::vector<std::string> kNobodyInGroup =
    setpriv({"--reuid=65534", std::string("--regid=") + kGroup, "--clear-groups"});
const std::vector<std::string> kNobody =
    setpriv({"--reuid=65534", "--regid=65534", "--clear-groups"});

std::string capabilities_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("CapEff:")) {
      return line;
    }
  }
  return "";
}

class Privilege : public testing::Test {
protected:
  Privilege() {
    load_well({"--dev", "va", "--pin", "--group", kGroup});
    LiveFrames("vb").send(7919, make_frame(60));
  }

  static void expect_to_read(const std::vector<std::string> &run_by) {
    Agent agent({.run_by = run_by});
    agent.start();
    const Counters counters = agent.newest("va");
    EXPECT_EQ(counters[XDP_PASS].packets, 7919u);
    EXPECT_EQ(counters[XDP_PASS].bytes, 475140u);
    EXPECT_EQ(capabilities_of(agent.pid()), "CapEff:\t0000000000000000");
    EXPECT_EQ(agent.stop().status, 0);
    EXPECT_THAT(agent.log("xdp_stats plugin"), IsEmpty());
  }

private:
  VethPair pair_;
};

TEST_F(Privilege, RootWithoutCapabilitiesReads) { expect_to_read(kRootWithoutCapabilities); }

TEST_F(Privilege, NobodyInTheGroupReads) { expect_to_read(kNobodyInGroup); }

// Shows that the group is needed: otherwise the two tests above would prove nothing.
TEST_F(Privilege, NobodyElseIsToldOnceThatItMayNot) {
  Agent agent({.run_by = kNobody});
  agent.start();
  wait_until("it is told", [&] { return !agent.log("xdp_stats plugin").empty(); });
  EXPECT_EQ(agent.stop().status, 0);
  EXPECT_THAT(agent.log("xdp_stats plugin"), testing::ElementsAre(HasSubstr("Permission denied")));
  EXPECT_THAT(agent.rows("va", "if_rx_packets-pass"), IsEmpty());
}

} // namespace
} // namespace xdpstats::test
