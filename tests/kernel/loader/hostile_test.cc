// SPDX-License-Identifier: BSD-2-Clause
// Pins that nobody of ours has made: foreign kinds, huge maps, records that lie, thousands of
// directories, odd names. Nobody is stopped by them, and no terminal is.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "pinning/pin_path.h"
#include "tests/kernel/expect_counters.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/frames.h"
#include "tests/support/pins.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

class Hostile : public LoaderTest {
protected:
  static void pin_map(bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries,
                      const std::string &path) {
    const UniqueFd map(bpf_map_create(type, "hostile", key, value, entries, nullptr));
    ASSERT_TRUE(map.valid()) << std::strerror(errno);
    std::error_code ignored;
    fs::remove(path, ignored);
    ASSERT_EQ(bpf_obj_pin(map.get(), path.c_str()), 0) << std::strerror(errno);
  }

  // Whatever a terminal, a log or a parser could take for something else.
  static void expect_clean(const Finished &finished) {
    for (const char c : finished.out + finished.err) {
      EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f'))
          << "byte " << static_cast<int>(c);
    }
    EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("\xe2\x80\xae"))) << "an override";
  }

  static std::vector<Command> readers() {
    return {{XDP_STATS},
            {XDP_STATS, "--format", "json"},
            {XDP_STATS, "--format", "prometheus"},
            {XDP_STATS, "--format", "openmetrics"},
            loader({"--status"}),
            loader({"--status", "--json"})};
  }

  const PinPath pins_{kDefaultPinRoot, "va"};
};

// The record is a text for people: whoever lies in it changes nothing that is done.
TEST_F(Hostile, ARecordThatLiesHindersNobody) {
  std::vector<xdp_stats_info> lies(7, make_info("va"));
  std::memset(&lies[0], 0xff, sizeof(lies[0]));
  lies[1].abi = 1;
  lies[2].mode = 77;
  lies[2].attach_mode = 99;
  std::memcpy(lies[3].program, "\x1b]0;owned\x07\xe2\x80\xae\n; rm -rf /", 24);
  std::memset(lies[4].device, 'x', sizeof(lies[4].device)); // no NUL
  std::memset(lies[4].program, 'y', sizeof(lies[4].program));
  lies[5].ifindex = ifindex_of("vb");
  lies[5].counted_program_id = 1;
  lies[5].netdev_program_id = 1;
  lies[6].netns_cookie = 1;
  lies[6].netns_inode = 1;
  lies[6].slave_count = 1'000'000;
  lies[6].chain_count = 1'000'000;
  LiveFrames live(veth_.far());
  for (size_t lie = 0; lie < lies.size(); ++lie) {
    SCOPED_TRACE(lie);
    load_well({"--dev", "va", "--pin"});
    pin_info(pins_.info_map, lies[lie]);
    for (const Command &reader : readers()) {
      SCOPED_TRACE(testing::PrintToString(reader));
      expect_clean(run(reader));
    }
    load_well({"--dev", "va", "--pin"});
    const uint64_t before = pinned_counters("va")[XDP_PASS].packets;
    live.send(1009, make_frame(60));
    EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets - before, 1009U);
    EXPECT_THAT(load_well({"--dev", "va", "--status"}), testing::StartsWith("va: counting\n"));
    pin_info(pins_.info_map, lies[lie]);
    load_well({"--dev", "va", "--unload"});
    expect_nothing_left();
  }
}

TEST_F(Hostile, ARecordOfAnotherKindHindersNobody) {
  struct Kind {
    bpf_map_type type;
    uint32_t key;
    uint32_t value;
    uint32_t entries;
  };
  for (const auto &[type, key, value, entries] :
       {Kind{BPF_MAP_TYPE_HASH, 4, 896, 1}, Kind{BPF_MAP_TYPE_ARRAY, 4, 8, 1},
        Kind{BPF_MAP_TYPE_ARRAY, 4, 1U << 20U, 4}, Kind{BPF_MAP_TYPE_PERCPU_ARRAY, 4, 896, 1}}) {
    SCOPED_TRACE(type);
    load_well({"--dev", "va", "--pin"});
    pin_map(type, key, value, entries, pins_.info_map);
    for (const Command &reader : readers()) {
      expect_clean(run(reader));
    }
    load_well({"--dev", "va", "--pin"});
    EXPECT_EQ(pinned_info("va").mode, XDP_STATS_MODE_BUILTIN);
    pin_map(type, key, value, entries, pins_.info_map);
    load_well({"--dev", "va", "--unload"});
    expect_nothing_left();
  }
}

// A map with a million entries is read as far as the actions go.
TEST_F(Hostile, AHugeMapCostsAReaderNothing) {
  fs::create_directories(pins_.directory);
  pin_map(BPF_MAP_TYPE_ARRAY, 4, 16, 1U << 20U, pins_.stats_map);
  for (const Command &reader : readers()) {
    SCOPED_TRACE(testing::PrintToString(reader));
    Command limited = {"prlimit", "--data=16777216"};
    limited.insert(limited.end(), reader.begin(), reader.end());
    expect_clean(run(limited));
  }
  fs::rename(pins_.stats_map, "/sys/fs/bpf/huge");
  fs::remove_all(kDefaultPinRoot);
  const Finished read = run({XDP_STATS, "--map", "huge=/sys/fs/bpf/huge", "--format", "json"});
  EXPECT_EQ(read.status, 0) << read.err;
  EXPECT_THAT(read.out, HasSubstr("\"device\":\"huge\""));
}

// Whoever can make directories there can make many, with any name that a bpffs takes.
TEST_F(Hostile, ThousandsOfDirectoriesAndOddNamesHinderNobody) {
  load_well({"--dev", "va", "--pin"});
  const std::string root = std::string(kDefaultPinRoot) + "/";
  for (int number = 0; number < 3001; ++number) {
    ASSERT_EQ(::mkdir((root + "x" + std::to_string(number)).c_str(), 0700), 0);
  }
  for (const char *name : {"%0A", "%00", "a%1b]0;owned%07", "%2E%2E%2Fetc", "%zz", "%", "$(id)",
                           "`id`", "a b", "*", "-rf", "\x1b[2J", "\n", "\xe2\x80\xae", "\xff\xfe",
                           "a-name-that-is-longer-than-the-name-of-any-device-can-be"}) {
    ASSERT_EQ(::mkdir((root + name).c_str(), 0700), 0) << name;
  }
  for (const Command &reader : readers()) {
    SCOPED_TRACE(testing::PrintToString(reader));
    expect_clean(run(reader));
  }
  LiveFrames(veth_.far()).send(1009, make_frame(60));
  const auto lines = run({XDP_STATS, "--dev", "va", "--format", "json"});
  EXPECT_EQ(lines.status, 0) << lines.err;
  EXPECT_EQ(nlohmann::json::parse(lines.out)["actions"]["pass"]["packets"], 1009);
  expect_clean(load({"--dev", "va", "--pin"}));
  load_well({"--dev", "va", "--unload"});
  EXPECT_FALSE(fs::exists(pins_.directory));
  EXPECT_EQ(netdev("va").program_id, 0U);
}

} // namespace
} // namespace xdpstats::test
