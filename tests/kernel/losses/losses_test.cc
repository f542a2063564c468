// SPDX-License-Identifier: BSD-2-Clause
// Every way in which frames are lost after their verdict, by prime counts.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "tests/kernel/losses/losses_fixture.h"
#include "tests/support/counter.h"

namespace xdpstats::test {
namespace {

using testing::AnyOf;
using testing::IsEmpty;

struct DevmapValue {
  uint32_t ifindex;
  int program;
};

template <typename Value>
void put(const std::string &device, const std::string &map, uint32_t key, const Value &value) {
  if (bpf_map_update_elem(map_of(device, map).get(), &key, &value, BPF_ANY) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot write to map " + map);
  }
}

nlohmann::json action_of(const std::string &device, const std::string &action) {
  const auto line = run_or_throw({XDP_STATS, "--dev", device, "--format", "json"});
  return nlohmann::json::parse(line).at("actions").at(action);
}

class Losses : public LossesTest {
protected:
  void SetUp() override { count("va"); }

  void aim_at(const std::string &target) { put("va", "targets", 0, ifindex_of(target)); }
};

TEST_F(Losses, AreNoneWhereAllIsWell) {
  const VethPair target({.near = "vc", .far = "vd"});
  aim_at("vc");
  send_to("vb", 1009, LOSING_REDIRECT);
  for (const uint8_t action : {XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX}) {
    send_to("vb", 199, action);
  }
  EXPECT_THAT(pinned_losses("va"), IsEmpty());
  EXPECT_EQ(action_of("va", "redirect").dump(),
            R"({"bytes":61549,"lost":{"packets":0,"reasons":{}},"packets":1009})");
  EXPECT_FALSE(action_of("va", "drop").contains("lost"));
}

TEST_F(Losses, CountTargetsThatDoNotExist) {
  put("va", "targets", 0, 0xFFFFFFU);
  send_to("vb", 1009, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect EINVAL", 1009}}));
  EXPECT_EQ(action_of("va", "redirect").at("lost").dump(),
            R"({"packets":1009,"reasons":{"EINVAL":1009}})");
}

TEST_F(Losses, CountTargetsWithoutXdpTransmission) {
  run_or_throw({"ip", "link", "add", "dummy0", "type", "ifb"});
  run_or_throw({"ip", "link", "set", "dummy0", "up"});
  aim_at("dummy0");
  send_to("vb", 5003, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect EOPNOTSUPP", 5003}}));
}

// From Linux 6.3 on a device tells beforehand whether it takes XDP frames.
TEST_F(Losses, CountVethsWhoseOtherEndTakesNone) {
  add_plain_pair("vc", "vd");
  aim_at("vc");
  send_to("vb", 2003, LOSING_REDIRECT);
  EXPECT_THAT(pinned_losses("va"),
              AnyOf(Lost{{"redirect EOPNOTSUPP", 2003}}, Lost{{"redirect ENXIO", 2003}}));
}

TEST_F(Losses, CountTargetsThatAreDown) {
  const VethPair target({.near = "vc", .far = "vd"});
  run_or_throw({"ip", "link", "set", "vc", "down"});
  aim_at("vc");
  send_to("vb", 503, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect ENETDOWN", 503}}));
}

TEST_F(Losses, CountFramesLargerThanTheTargetsMtu) {
  const VethPair target({.near = "vc", .far = "vd", .mtu = 1000});
  aim_at("vc");
  send_to("vb", 211, LOSING_REDIRECT, 0, 1400);
  send_to("vb", 307, LOSING_REDIRECT, 0, 900);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect EMSGSIZE", 211}}));
  EXPECT_EQ(action_of("va", "redirect").at("packets"), 518);
}

TEST_F(Losses, CountFramesSentBackToWhoTakesNone) {
  run_or_throw({"ethtool", "-K", "vb", "gro", "off"});
  send_to("vb", 2003, XDP_TX);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"tx ENXIO", 2003}}));
  EXPECT_EQ(action_of("va", "tx").at("lost").dump(),
            R"({"packets":2003,"reasons":{"ENXIO":2003}})");
}

TEST_F(Losses, CountWhatAFullQueueTurnsAway) {
  std::unique_ptr<FullTap> tap;
  try {
    tap = std::make_unique<FullTap>("tap0", 499);
  } catch (const FullTap::Unsupported &missing) {
    GTEST_SKIP() << missing.what();
  }
  aim_at("tap0");
  send_to("vb", 1009, LOSING_REDIRECT);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect unsent", 1009 - 499}}));
}

// What the driver itself counts as an error of XDP_TX.
uint64_t tx_errors(const std::string &device) {
  const std::string statistics = run_or_throw({"ethtool", "-S", device});
  const std::string name = "_xdp_tx_errors: ";
  uint64_t errors = 0;
  for (size_t at = 0; (at = statistics.find(name, at)) != std::string::npos; ++at) {
    errors += std::stoull(statistics.substr(at + name.size()));
  }
  return errors;
}

// The ring of a veth holds 256 frames. How many more it takes depends on who runs meanwhile.
TEST_F(Losses, CountWhatTheOtherEndsFullRingTurnsAway) {
  for (int burst = 0; burst < 20 && tx_errors("va") == 0; ++burst) {
    send_to("vb", 5003, XDP_TX);
  }
  EXPECT_EQ(pinned_losses("va"), (Lost{{"tx unsent", tx_errors("va")}}));
}

TEST_F(Losses, CountBothKindsOfDevmaps) {
  const VethPair target({.near = "vc", .far = "vd"});
  const DevmapValue value = {ifindex_of("vc"), -1};
  put("va", "devmap", 2, value);
  put("va", "devmap_hash", 3, value);
  send_to("vb", 211, LOSING_DEVMAP, 2);
  send_to("vb", 307, LOSING_DEVMAP_HASH, 3);
  EXPECT_THAT(pinned_losses("va"), IsEmpty());
  run_or_throw({"ip", "link", "set", "vc", "down"});
  send_to("vb", 503, LOSING_DEVMAP, 2);
  send_to("vb", 1009, LOSING_DEVMAP_HASH, 3);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect ENETDOWN", 1512}}));
  // An empty slot is no redirect: the verdict is aborted.
  send_to("vb", 101, LOSING_DEVMAP, 4);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect ENETDOWN", 1512}}));
  EXPECT_EQ(action_of("va", "aborted").at("packets"), 101);
}

TEST_F(Losses, CountWhatADevmapsProgramDrops) {
  const VethPair target({.near = "vc", .far = "vd"});
  const ObjectPtr object = open_object(PROGRAMS "/losing.bpf.o");
  bpf_program *program = bpf_object__find_program_by_name(object.get(), "losing");
  bpf_program__set_autoload(program, false);
  ASSERT_EQ(bpf_object__load(object.get()), 0);
  program = bpf_object__find_program_by_name(object.get(), "dropping");
  const DevmapValue value = {ifindex_of("vc"), bpf_program__fd(program)};
  put("va", "devmap", 0, value);
  put("va", "devmap_hash", 1, value);
  send_to("vb", 1009, LOSING_DEVMAP, 0);
  send_to("vb", 2003, LOSING_DEVMAP_HASH, 1);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect unsent", 3012}}));
}

// Each copy that is not sent counts.
TEST_F(Losses, CountCopiesOfABroadcast) {
  std::unique_ptr<FullTap> one;
  std::unique_ptr<FullTap> other;
  try {
    one = std::make_unique<FullTap>("tap0", 499);
    other = std::make_unique<FullTap>("tap1", 101);
  } catch (const FullTap::Unsupported &missing) {
    GTEST_SKIP() << missing.what();
  }
  const VethPair target({.near = "vc", .far = "vd"});
  uint32_t slot = 0;
  for (const char *device : {"tap0", "vc", "tap1"}) {
    put("va", "devmap", slot++, DevmapValue{ifindex_of(device), -1});
  }
  send_to("vb", 1009, LOSING_BROADCAST);
  EXPECT_EQ(pinned_losses("va"), (Lost{{"redirect unsent", 2 * 1009 - 499 - 101}}));
  EXPECT_EQ(action_of("va", "redirect").at("packets"), 1009);
}

// An AF_XDP socket of a queue with room for some frames.
class Socket {
public:
  Socket(const std::string &device, uint32_t room) : fd_(::socket(AF_XDP, SOCK_RAW, 0)) {
    constexpr uint32_t kFrame = 2048;
    constexpr uint32_t kRing = 1024;
    memory_ = ::mmap(nullptr, size_t{kFrame} * kRing, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    xdp_umem_reg area = {};
    area.addr = reinterpret_cast<uint64_t>(memory_);
    area.len = uint64_t{kFrame} * kRing;
    area.chunk_size = kFrame;
    set(XDP_UMEM_REG, area);
    for (const int ring : {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING}) {
      set(ring, kRing);
    }
    xdp_mmap_offsets offsets = {};
    socklen_t length = sizeof(offsets);
    check(::getsockopt(fd_.get(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &length),
          "XDP_MMAP_OFFSETS");
    auto *ring = static_cast<char *>(::mmap(nullptr, offsets.fr.desc + kRing * sizeof(uint64_t),
                                            PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                                            fd_.get(), XDP_UMEM_PGOFF_FILL_RING));
    for (uint64_t frame = 0; frame < room; ++frame) {
      reinterpret_cast<uint64_t *>(ring + offsets.fr.desc)[frame] = frame * kFrame;
    }
    __atomic_store_n(reinterpret_cast<uint32_t *>(ring + offsets.fr.producer), room,
                     __ATOMIC_RELEASE);
    sockaddr_xdp address = {};
    address.sxdp_family = AF_XDP;
    address.sxdp_flags = XDP_COPY;
    address.sxdp_ifindex = ifindex_of(device);
    check(::bind(fd_.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)), "bind");
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  static void check(int result, const char *what) {
    if (result != 0) {
      throw std::system_error(errno, std::generic_category(), what);
    }
  }
  template <typename Value> void set(int option, const Value &value) {
    check(::setsockopt(fd_.get(), SOL_XDP, option, &value, sizeof(value)), "setsockopt");
  }

  UniqueFd fd_;
  void *memory_ = nullptr;
};

TEST_F(Losses, CountWhatASocketHasNoRoomFor) {
  const Socket socket("va", 499);
  put("va", "xskmap", 0, socket.fd());
  send_to("vb", 211, LOSING_SOCKET);
  EXPECT_THAT(pinned_losses("va"), IsEmpty());
  send_to("vb", 1009, LOSING_SOCKET);
  constexpr uint64_t kLost = 211 + 1009 - 499;
  EXPECT_THAT(pinned_losses("va"),
              AnyOf(Lost{{"redirect ENOSPC", kLost}}, Lost{{"redirect ENOMEM", kLost}},
                    Lost{{"redirect ENOBUFS", kLost}}));
  EXPECT_EQ(action_of("va", "redirect").at("packets"), 1220);
}

TEST_F(Losses, CountSeveralReasonsSideBySide) {
  const VethPair target({.near = "vc", .far = "vd"});
  run_or_throw({"ip", "link", "set", "vc", "down"});
  run_or_throw({"ethtool", "-K", "vb", "gro", "off"});
  put("va", "targets", 0, 0xFFFFFFU);
  put("va", "targets", 1, ifindex_of("vc"));
  send_to("vb", 211, LOSING_REDIRECT, 0);
  send_to("vb", 307, LOSING_REDIRECT, 1);
  send_to("vb", 401, XDP_TX);
  EXPECT_EQ(pinned_losses("va"),
            (Lost{{"redirect EINVAL", 211}, {"redirect ENETDOWN", 307}, {"tx ENXIO", 401}}));
}

// The kernel names the target, and the verdict tx, where a generic redirect is not transmitted.
TEST_F(Losses, AreOfTheirDeviceInGenericModeToo) {
  VethPair other({.near = "vg", .far = "vh"});
  count("vg", {"--mode", "skb"});
  put("vg", "targets", 0, 0xFFFFFFU);
  send_frames("vh", 211, make_frame(61, {LOSING_REDIRECT, 0}));
  EXPECT_EQ(pinned_losses("vg"), (Lost{{"redirect EINVAL", 211}}));
  EXPECT_THAT(pinned_losses("va"), IsEmpty());
}

} // namespace
} // namespace xdpstats::test
