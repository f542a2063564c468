// SPDX-License-Identifier: BSD-2-Clause
// The device table against what `ip -json -details link` says of the same devices.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "base/netdev.h"
#include "bpf/xdp_stats_info.h"
#include "tests/support/counter.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

// iproute2 numbers the modes as the kernel does: 1 driver, 2 generic, 3 offloaded.
uint32_t program_id_by_ip(const nlohmann::json &link) {
  return link.contains("xdp") ? link["xdp"]["prog"]["id"].get<uint32_t>() : 0;
}

void expect_agreement_with_ip() {
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  const auto links = nlohmann::json::parse(run_or_throw({"ip", "-json", "-details", "link"}));
  EXPECT_EQ(table->size(), links.size());
  for (const auto &link : links) {
    const auto found = table->find(link["ifname"].get<std::string>());
    ASSERT_NE(found, table->end()) << link["ifname"];
    EXPECT_EQ(found->second.ifindex, link["ifindex"].get<uint32_t>()) << link["ifname"];
    EXPECT_EQ(found->second.mtu, link["mtu"].get<uint32_t>()) << link["ifname"];
    EXPECT_EQ(found->second.program_id, program_id_by_ip(link)) << link["ifname"];
  }
}

TEST(ReadNetdevs, SeesTheLoopbackDeviceAlone) {
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->size(), 1U);
  EXPECT_EQ(table->count("lo"), 1U);
}

TEST(ReadNetdevs, TellsProgramAndMode) {
  const VethPair native({.near = "va", .far = "vb", .mtu = 1492});
  const VethPair generic({.near = "vc.7", .far = "vd"});
  const Counter on_native(open_builtin(), native.near(), XDP_FLAGS_DRV_MODE);
  const Counter on_generic(open_builtin(), generic.near(), XDP_FLAGS_SKB_MODE);
  expect_agreement_with_ip();

  const auto table = read_netdevs().value();
  EXPECT_EQ(table.at("va").program_id, on_native.program_id());
  EXPECT_EQ(table.at("va").native_id, on_native.program_id());
  EXPECT_EQ(table.at("va").skb_id, 0U);
  EXPECT_EQ(table.at("va").attach_mode, static_cast<uint32_t>(XDP_STATS_ATTACH_NATIVE));
  EXPECT_EQ(table.at("va").mtu, 1492U);
  EXPECT_EQ(table.at("vc.7").program_id, on_generic.program_id());
  EXPECT_EQ(table.at("vc.7").skb_id, on_generic.program_id());
  EXPECT_EQ(table.at("vc.7").attach_mode, static_cast<uint32_t>(XDP_STATS_ATTACH_SKB));
  EXPECT_EQ(table.at("vb").program_id, 0U);
  EXPECT_EQ(table.at("vb").attach_mode, static_cast<uint32_t>(XDP_STATS_ATTACH_NONE));
}

// Runs `ip COMMAND` for 101 veth pairs.
void for_many_devices(const std::string &command, const std::string &more) {
  std::string batch;
  for (int i = 0; i < 101; ++i) {
    const std::string number = std::to_string(i);
    batch += command + " many" + number + (more.empty() ? "" : more + number) + "\n";
  }
  run_or_throw({"sh", "-c", "printf '%s' \"$0\" | ip -batch -", batch});
}

TEST(ReadNetdevs, ReadsMoreDevicesThanOneAnswerHolds) {
  for_many_devices("link add name", " type veth peer name peer");
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->size(), 203U); // both ends, and lo
  expect_agreement_with_ip();
  for_many_devices("link delete", "");
}

TEST(CurrentNetns, IsThisNamespace) {
  const auto netns = current_netns();
  ASSERT_TRUE(netns) << netns.error().message;
  EXPECT_NE(netns->cookie, 0U);
  EXPECT_EQ("net:[" + std::to_string(netns->inode) + "]\n",
            run_or_throw({"readlink", "/proc/self/ns/net"}));
  EXPECT_NE("net:[" + std::to_string(netns->inode) + "]\n",
            run_or_throw({"unshare", "--net", "readlink", "/proc/self/ns/net"}));
}

} // namespace
} // namespace xdpstats::test
