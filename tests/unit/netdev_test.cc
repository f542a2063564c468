// SPDX-License-Identifier: BSD-2-Clause
// Answers that no test machine can be made to give: a program in the NIC, refusals, incomplete
// answers. The answers of a real kernel are in tests/kernel/netdev_test.cc.
#include "base/netdev.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "bpf/xdp_stats_info.h"

namespace {

using Bytes = std::string;

struct Answer {
  int error = 0;
  Bytes bytes;
};

struct FakeNetlink {
  int socket_errno = 0;
  int send_errno = 0;
  int sends = 0;
  std::deque<Answer> answers;
} g_netlink;

template <typename T> Bytes raw(const T &value) {
  return {reinterpret_cast<const char *>(&value), sizeof(value)};
}

Bytes attribute(unsigned short type, const Bytes &payload) {
  rtattr header = {};
  header.rta_type = type;
  header.rta_len = static_cast<unsigned short>(RTA_LENGTH(payload.size()));
  Bytes bytes = raw(header) + payload;
  bytes.resize(RTA_SPACE(payload.size()));
  return bytes;
}

Bytes message(unsigned short type, const Bytes &payload) {
  nlmsghdr header = {};
  header.nlmsg_type = type;
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(payload.size()));
  Bytes bytes = raw(header) + payload;
  bytes.resize(NLMSG_SPACE(payload.size()));
  return bytes;
}

Bytes link(int ifindex, const std::string &name, const Bytes &attributes = {}) {
  ifinfomsg info = {};
  info.ifi_index = ifindex;
  return message(RTM_NEWLINK, raw(info) +
                                  attribute(IFLA_IFNAME, Bytes(name.c_str(), name.size() + 1)) +
                                  attribute(IFLA_MTU, raw(uint32_t{1500})) + attributes);
}

Bytes xdp(uint8_t attached, const std::vector<std::pair<unsigned short, uint32_t>> &ids) {
  Bytes nest = attribute(IFLA_XDP_ATTACHED, raw(attached));
  for (const auto &[type, id] : ids) {
    nest += attribute(type, raw(id));
  }
  return attribute(IFLA_XDP | NLA_F_NESTED, nest);
}

Bytes done() { return message(NLMSG_DONE, raw(int{0})); }

// Marked as the kernel marks a list if devices came or went while it was made.
Bytes interrupted(Bytes answer) {
  nlmsghdr header = {};
  std::memcpy(&header, answer.data(), sizeof(header));
  header.nlmsg_flags |= NLM_F_DUMP_INTR;
  std::memcpy(answer.data(), &header, sizeof(header));
  return answer;
}

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the names that --wrap makes
extern "C" {
int __wrap_socket(int, int, int) {
  errno = g_netlink.socket_errno;
  return errno == 0 ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
}
ssize_t __wrap_send(int, const void *, size_t length, int) {
  ++g_netlink.sends;
  errno = g_netlink.send_errno;
  return errno == 0 ? static_cast<ssize_t>(length) : -1;
}
ssize_t __wrap_recv(int, void *buffer, size_t size, int flags) {
  if (g_netlink.answers.empty()) {
    ADD_FAILURE() << "read on after the end";
    errno = EIO;
    return -1;
  }
  const Answer answer = g_netlink.answers.front();
  g_netlink.answers.pop_front();
  errno = answer.error;
  if (errno != 0) {
    return -1;
  }
  const size_t copied = answer.bytes.copy(static_cast<char *>(buffer), size);
  return static_cast<ssize_t>((flags & MSG_TRUNC) != 0 ? answer.bytes.size() : copied);
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace xdpstats {
namespace {

class NetdevTest : public testing::Test {
protected:
  NetdevTest() { g_netlink = FakeNetlink(); }

  static void answer(const Bytes &bytes) { g_netlink.answers.push_back({0, bytes}); }
  static Netdev only_device(const Bytes &attributes) {
    answer(link(7, "eth0", attributes) + done());
    const auto table = read_netdevs();
    return table ? table->at("eth0") : Netdev{};
  }
};

TEST_F(NetdevTest, ReadsDevicesOverSeveralAnswers) {
  answer(link(1, "lo") + link(2, "eth0"));
  answer(link(3, "eth0.100"));
  answer(done());
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->size(), 3U);
  EXPECT_EQ(table->at("eth0.100").ifindex, 3U);
  EXPECT_EQ(table->at("eth0.100").mtu, 1500U);
  EXPECT_EQ(table->at("eth0.100").program_id, 0U);
}

TEST_F(NetdevTest, TakesTheHostsProgramWhenTheNicHasOneToo) {
  const Netdev device =
      only_device(xdp(XDP_ATTACHED_MULTI, {{IFLA_XDP_HW_PROG_ID, 5}, {IFLA_XDP_DRV_PROG_ID, 7}}));
  EXPECT_EQ(device.program_id, 7U);
  EXPECT_EQ(device.attach_mode, static_cast<uint32_t>(XDP_STATS_ATTACH_NATIVE));
  EXPECT_EQ(device.hw_id, 5U);
  const Netdev generic =
      only_device(xdp(XDP_ATTACHED_MULTI, {{IFLA_XDP_HW_PROG_ID, 5}, {IFLA_XDP_SKB_PROG_ID, 11}}));
  EXPECT_EQ(generic.program_id, 11U);
  EXPECT_EQ(generic.attach_mode, static_cast<uint32_t>(XDP_STATS_ATTACH_SKB));
}

TEST_F(NetdevTest, KnowsAProgramInTheNic) {
  const Netdev device =
      only_device(xdp(XDP_ATTACHED_HW, {{IFLA_XDP_PROG_ID, 13}, {IFLA_XDP_HW_PROG_ID, 13}}));
  EXPECT_EQ(device.program_id, 13U);
  EXPECT_EQ(device.attach_mode, static_cast<uint32_t>(XDP_STATS_ATTACH_HW));
}

TEST_F(NetdevTest, IgnoresAnAttributeThatIsCutShort) {
  EXPECT_EQ(only_device(attribute(IFLA_XDP, attribute(IFLA_XDP_ATTACHED, raw(uint8_t{1})) +
                                                attribute(IFLA_XDP_PROG_ID, raw(uint16_t{17}))))
                .program_id,
            0U);
}

// What comes after an attribute or a message is not part of it.
TEST_F(NetdevTest, ReadsANameWithoutItsFinalNul) {
  ifinfomsg info = {};
  info.ifi_index = 7;
  answer(message(RTM_NEWLINK,
                 raw(info) + attribute(IFLA_IFNAME, "eth0") + attribute(IFLA_IFALIAS, "tail")) +
         done());
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->size(), 1U);
  EXPECT_EQ(table->begin()->first, "eth0");
}

TEST_F(NetdevTest, TakesAnEmptyAttributeForNone) {
  // The length of the attribute behind, 4, would be read as "attached in several modes".
  EXPECT_EQ(only_device(attribute(IFLA_XDP, attribute(IFLA_XDP_DRV_PROG_ID, raw(uint32_t{17})) +
                                                attribute(IFLA_XDP_ATTACHED, {})) +
                        attribute(IFLA_IFALIAS, {}))
                .program_id,
            0U);
}

TEST_F(NetdevTest, TakesNoDeviceFromAMessageThatIsCutShort) {
  // The index and the name would be read from the message behind it.
  const Bytes whole = link(7, "eth0") + done();
  answer(message(RTM_NEWLINK, raw(uint32_t{0})) + whole);
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->size(), 1U);
  EXPECT_EQ(table->begin()->first, "eth0");
}

TEST_F(NetdevTest, TakesNoReasonFromARefusalThatIsCutShort) {
  answer(message(NLMSG_ERROR, {}) + link(7, "eth0"));
  const auto table = read_netdevs();
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, EBADMSG);
}

TEST_F(NetdevTest, ReadsNothingBehindTheLastMessage) {
  // What an earlier answer left in the buffer, where a message after the 17 bytes would begin.
  answer(message(NLMSG_NOOP, Bytes(4, '\0') + link(9, "ghost")));
  nlmsghdr header = {};
  header.nlmsg_len = sizeof(header) + 1;
  header.nlmsg_type = NLMSG_NOOP;
  answer(raw(header) + "x");
  answer(link(1, "lo"));
  answer(done());
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->size(), 1U);
}

TEST_F(NetdevTest, TellsThatAnAnswerWasCutOff) {
  answer(Bytes(32768, '\0') + done());
  const auto table = read_netdevs();
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message,
            "cannot read the network devices from netlink: Message too long");
}

TEST_F(NetdevTest, ReadsOneDeviceAsAnsweredFirst) {
  answer(link(7, "eth0", xdp(XDP_ATTACHED_DRV, {{IFLA_XDP_PROG_ID, 13}})));
  const auto device = read_netdev("eth0");
  ASSERT_TRUE(device) << device.error().message;
  ASSERT_TRUE(*device);
  EXPECT_EQ((*device)->netdev.ifindex, 7U);
  EXPECT_EQ((*device)->netdev.program_id, 13U);
}

TEST_F(NetdevTest, TellsAnAbsentDeviceFromARefusal) {
  nlmsgerr refusal = {};
  refusal.error = -ENODEV;
  answer(message(NLMSG_ERROR, raw(refusal)));
  const auto absent = read_netdev("eth0");
  ASSERT_TRUE(absent) << absent.error().message;
  EXPECT_FALSE(*absent);
  refusal.error = -EPERM;
  answer(message(NLMSG_ERROR, raw(refusal)));
  EXPECT_EQ(read_netdev("eth0").error().code, EPERM);
}

TEST_F(NetdevTest, AsksForSeveralAtOnceAndKnowsWhichThereAre) {
  nlmsgerr absent = {};
  absent.error = -ENODEV;
  std::vector<uint32_t> asked;
  for (uint32_t ifindex = 1; ifindex <= 17; ++ifindex) { // one more than in one message
    asked.push_back(ifindex);
    answer(ifindex == 3 ? message(NLMSG_ERROR, raw(absent))
                        : link(static_cast<int>(ifindex), "eth" + std::to_string(ifindex)));
  }
  const auto socket = NetdevSocket::open();
  const auto table = socket->some(asked);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->size(), 16U);
  EXPECT_FALSE(table->contains("eth3"));
  EXPECT_EQ(table->at("eth17").ifindex, 17U);
  EXPECT_EQ(g_netlink.sends, 2);
}

TEST_F(NetdevTest, TellsARefusalFromAnAbsentDeviceAmongSeveral) {
  nlmsgerr refusal = {};
  refusal.error = -EPERM;
  answer(link(1, "lo"));
  answer(message(NLMSG_ERROR, raw(refusal)));
  EXPECT_EQ(NetdevSocket::open()->some({1, 2}).error().code, EPERM);
}

TEST_F(NetdevTest, KnowsABond) {
  EXPECT_TRUE(only_device(attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, "bond"))).is_bond);
  EXPECT_FALSE(only_device(attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, "bridge"))).is_bond);
}

TEST_F(NetdevTest, ReadsOnAfterASignal) {
  g_netlink.answers.push_back({EINTR, {}});
  answer(link(1, "lo") + done());
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->size(), 1U);
}

// Such a list may lack a device that existed all the time.
TEST_F(NetdevTest, ReadsAgainWhatChangedWhileItWasListed) {
  answer(link(1, "lo"));
  answer(interrupted(link(3, "eth1")) + done());
  answer(link(1, "lo") + link(2, "eth0"));
  answer(link(3, "eth1") + interrupted(done()));
  answer(link(1, "lo") + link(2, "eth0") + done());
  const auto table = read_netdevs();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->size(), 2U);
  EXPECT_TRUE(table->contains("eth0"));
  EXPECT_TRUE(g_netlink.answers.empty());
}

TEST_F(NetdevTest, GivesUpOnAListThatAlwaysChanges) {
  for (int tries = 0; tries < 20; ++tries) {
    answer(link(1, "lo") + interrupted(done()));
  }
  const auto table = read_netdevs();
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message, "cannot list the network devices: they change all the time");
}

TEST_F(NetdevTest, TellsWhyNetlinkRefuses) {
  nlmsgerr refusal = {};
  refusal.error = -EPERM;
  answer(message(NLMSG_ERROR, raw(refusal)));
  const auto table = read_netdevs();
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message,
            "netlink does not list the network devices: Operation not permitted");
  EXPECT_EQ(table.error().code, EPERM);
}

TEST_F(NetdevTest, TellsWhichCallFailed) {
  g_netlink.answers.push_back({ENOBUFS, {}});
  EXPECT_EQ(read_netdevs().error().message,
            "cannot read the network devices from netlink: No buffer space available");
  g_netlink.send_errno = ENOMEM;
  EXPECT_EQ(read_netdevs().error().message,
            "cannot ask netlink for the network devices: Cannot allocate memory");
  g_netlink.socket_errno = EMFILE;
  EXPECT_EQ(read_netdevs().error().message, "cannot open a netlink socket: Too many open files");
}

} // namespace
} // namespace xdpstats
