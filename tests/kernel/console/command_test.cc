// SPDX-License-Identifier: BSD-2-Clause
// xdp-stats as its users run it, on real pins in a private bpffs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/cpu_list.h"
#include "pinning/pin_path.h"
#include "tests/support/counter.h"
#include "tests/support/files.h"
#include "tests/support/frames.h"
#include "tests/support/pins.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr Counters kPrimes = {xdp_stats_record{2, 13}, {3, 17}, {5, 19}, {7, 23}, {11, 29}};
constexpr uint64_t kMax = UINT64_MAX;
constexpr gid_t kGroup = 4217;
constexpr uid_t kNobody = 65534;

class XdpStats : public testing::Test {
protected:
  void TearDown() override { std::filesystem::remove_all(kDefaultPinRoot); }

  static Finished xdp_stats(std::vector<std::string> args) {
    args.insert(args.begin(), XDP_STATS);
    return run(args, {"TZ=UTC", "COLUMNS=80"});
  }
  // Runs a shell command, in which "$0" is xdp-stats; the shell returns the status of every part of
  // a pipe.
  static Finished in_shell(const std::string &command) {
    return run({"bash", "-o", "pipefail", "-c", command, XDP_STATS}, {"TZ=UTC"});
  }
  static void pin(const std::string &device, const Counters &counters = kPrimes) {
    pin_device(kDefaultPinRoot, device, counters, make_info(device));
  }
};

TEST_F(XdpStats, ShowsExactlyWhatWasCounted) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  xdp_stats_info info = make_info(veth.near());
  info.netdev_program_id = counter.program_id();
  pin_info(counter.pins().info_map, info);
  LiveFrames(veth.far()).send(100'003, make_frame(61));

  const Finished table = xdp_stats({});
  EXPECT_EQ(table.out, "           ABORTED  DROP       PASS  TX  REDIRECT\n"
                       "va  counting  builtin (native)  since 2026-11-22 14:53:02\n"
                       "  packets        0     0    100,003   0         0\n"
                       "  bytes          0     0  6,100,183   0         0\n");
  EXPECT_EQ(table.err, "");
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(xdp_stats({"--format", "prometheus"}).out,
              AllOf(HasSubstr("\nxdp_stats_packets_total{device=\"va\",action=\"pass\"} 100003\n"),
                    HasSubstr("\nxdp_stats_bytes_total{device=\"va\",action=\"pass\"} 6100183\n"),
                    HasSubstr("\nxdp_stats_counting{device=\"va\"} 1\n")));
  ::unlink(counter.pins().info_map.c_str());
}

// Frames that this thread sends are counted on the CPU that it runs on.
class OnCpu {
public:
  explicit OnCpu(uint32_t cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    EXPECT_EQ(::sched_getaffinity(0, sizeof(before_), &before_), 0);
    EXPECT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  }
  OnCpu(const OnCpu &) = delete;
  OnCpu &operator=(const OnCpu &) = delete;
  ~OnCpu() { ::sched_setaffinity(0, sizeof(before_), &before_); }

private:
  cpu_set_t before_ = {};
};

TEST_F(XdpStats, SplitsTheCountersOverTheCpus) {
  const uint32_t first = read_cpu_lists().value().online.front();
  const uint32_t last = read_cpu_lists().value().online.back();
  if (first == last) {
    GTEST_SKIP() << "one CPU only";
  }
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  pin_counters("/sys/fs/bpf/other", kPrimes, MapKind::kShared);
  for (const auto &[cpu, frames, size] : {std::tuple(first, 10'007U, 61U), {last, 7'919U, 67U}}) {
    const OnCpu pinned(cpu);
    LiveFrames(veth.far()).send(frames, make_frame(size));
  }
  const auto json = [](const Finished &finished) {
    std::vector<nlohmann::json> objects;
    std::istringstream in(finished.out);
    for (std::string line; std::getline(in, line);) {
      objects.push_back(nlohmann::json::parse(line).at("actions"));
    }
    return objects;
  };
  const auto objects =
      json(xdp_stats({"--per-cpu", "--format=json", "--map", "shared=/sys/fs/bpf/other"}));
  ASSERT_EQ(objects.size(), 2U);
  const nlohmann::json cpus = {{std::to_string(first), {{"packets", 10'007}, {"bytes", 610'427}}},
                               {std::to_string(last), {{"packets", 7'919}, {"bytes", 530'573}}}};
  EXPECT_EQ(objects[0].at("pass").at("cpus"), cpus);
  EXPECT_EQ(objects[0].at("pass").at("packets"), 17'926);
  EXPECT_EQ(objects[0].at("pass").at("bytes"), 1'141'000);
  EXPECT_EQ(objects[0].at("drop").at("cpus"), nlohmann::json::object());
  EXPECT_TRUE(objects[1].at("drop").at("cpus").is_null());
  EXPECT_FALSE(json(xdp_stats({"--format=json"})).at(0).at("pass").contains("cpus"));

  const std::string metrics =
      xdp_stats({"--per-cpu", "--format=openmetrics", "--map", "shared=/sys/fs/bpf/other"}).out;
  EXPECT_THAT(metrics, HasSubstr("packets_total{device=\"va\",action=\"pass\",cpu=\"" +
                                 std::to_string(last) + "\"} 7919\n"));
  EXPECT_THAT(metrics, HasSubstr("packets_total{device=\"shared\",action=\"drop\"} 3\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("device=\"va\",action=\"pass\"}")));
  EXPECT_THAT(xdp_stats({"--per-cpu"}).out,
              AllOf(HasSubstr("\n    cpu " + std::to_string(first) + " "),
                    HasSubstr("\n    cpu " + std::to_string(last) + " "),
                    HasSubstr("  530,573  ")));
  ::unlink("/sys/fs/bpf/other");
}

TEST_F(XdpStats, SaysWhoHasStopped) {
  pin("gone0");
  const Finished finished = xdp_stats({});
  EXPECT_THAT(finished.out, AllOf(HasSubstr("gone0  stopped   builtin (native)"),
                                  HasSubstr("\nstopped: the device is gone (gone0)\n")));
  EXPECT_EQ(finished.status, 0);
}

TEST_F(XdpStats, ShowsTheDevicesThatWereAskedFor) {
  for (const char *device : {"eth2", "eth10", "eth0.100"}) {
    pin(device);
  }
  const auto devices = [](const std::string &lines) {
    std::vector<std::string> names;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
      names.push_back(nlohmann::json::parse(line).at("device"));
    }
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(devices(xdp_stats({"--format=json"}).out), (Names{"eth0.100", "eth2", "eth10"}));
  EXPECT_EQ(devices(xdp_stats({"--format=json", "--dev=eth2", "--dev=eth0.100"}).out),
            (Names{"eth2", "eth0.100"}));
}

TEST_F(XdpStats, ShowsWhatItCanReadAndNamesTheRest) {
  pin("eth0");
  pin("eth1");
  const std::string bad = PinPath(kDefaultPinRoot, "eth1").stats_map;
  pin_info(bad, make_info("eth1"));
  const Finished finished = xdp_stats({});
  EXPECT_THAT(finished.out, AllOf(HasSubstr("eth0"), Not(HasSubstr("eth1"))));
  EXPECT_EQ(finished.err,
            "xdp-stats: '" + bad + "' is not a map of xdp-stats: its value size is 896, not 16\n");
  EXPECT_EQ(finished.status, 1);
}

TEST_F(XdpStats, ShowsCountersWhoseInfoRecordCannotBeRead) {
  pin("eth0");
  pin("eth1");
  const std::string missing = PinPath(kDefaultPinRoot, "eth0").info_map;
  const std::string wrong = PinPath(kDefaultPinRoot, "eth1").info_map;
  ::unlink(missing.c_str());
  pin_counters(wrong, kPrimes);
  const Finished table = xdp_stats({});
  EXPECT_THAT(table.out, AllOf(HasSubstr("eth0    unknown  -           -      packets        2"),
                               HasSubstr("\nunknown: cannot open '" + missing + "'")));
  EXPECT_EQ(table.status, 1);
  const Finished metrics = xdp_stats({"--format=prometheus"});
  EXPECT_THAT(metrics.out, AllOf(HasSubstr("packets_total{device=\"eth0\",action=\"tx\"} 7\n"),
                                 HasSubstr("packets_total{device=\"eth1\",action=\"tx\"} 7\n"),
                                 HasSubstr("\nxdp_stats_read_errors 2\n"),
                                 Not(HasSubstr("xdp_stats_counting"))));
  EXPECT_EQ(metrics.err, "xdp-stats: cannot open '" + missing + "': No such file or directory\n" +
                             "xdp-stats: '" + wrong + "' is not an info map of xdp-stats\n");
  EXPECT_EQ(metrics.status, 1);
}

TEST_F(XdpStats, ShowsCountersWhereNetlinkCannotBeAsked) {
  pin("eth0");
  pin("eth1");
  const std::string mark = testing::TempDir() + "xdp_stats_" + std::to_string(::getpid());
  const Finished metrics =
      run({XDP_STATS, "--format=openmetrics"},
          {"LD_PRELOAD=" FAIL_CALL, "ASAN_OPTIONS=verify_asan_link_order=0", "FAIL_MARK=" + mark,
           "FAIL_CALL=socket 1 " + std::to_string(EMFILE)});
  EXPECT_THAT(metrics.out, AllOf(HasSubstr("packets_total{device=\"eth1\",action=\"tx\"} 7\n"),
                                 HasSubstr("xdp_stats_info{device=\"eth0\",mode=\"builtin\""),
                                 HasSubstr("\nxdp_stats_read_errors 1\n"),
                                 Not(HasSubstr("xdp_stats_counting"))));
  EXPECT_EQ(metrics.err, "xdp-stats: cannot open a netlink socket: Too many open files\n");
  EXPECT_EQ(metrics.status, 1);
  EXPECT_EQ(::unlink(mark.c_str()), 0) << "the call was made to fail";
}

TEST_F(XdpStats, SaysThatADeviceIsNotPinned) {
  pin("eth0");
  const Finished finished = xdp_stats({"--dev", "eth0", "--dev", "eth1"});
  EXPECT_THAT(finished.out, HasSubstr("eth0"));
  EXPECT_EQ(finished.err, "xdp-stats: no counters are pinned for 'eth1'\n"
                          "hint: xdp-stats-load --dev eth1 --pin\n");
  EXPECT_EQ(finished.status, 1);
}

TEST_F(XdpStats, SaysThatNothingIsPinned) {
  const Finished finished = xdp_stats({});
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(finished.err, "xdp-stats: no device is pinned in '/sys/fs/bpf/xdp_stats'\n"
                          "hint: xdp-stats-load --dev DEVICE --pin\n");
  EXPECT_EQ(finished.status, 0);
  // The loader leaves such a directory for a moment, or if it is killed.
  std::filesystem::create_directories(PinPath(kDefaultPinRoot, "eth0").directory);
  EXPECT_EQ(xdp_stats({}).err, finished.err);
  const Finished machine = xdp_stats({"--format=openmetrics"});
  EXPECT_THAT(machine.out, HasSubstr("xdp_stats_build_info"));
  EXPECT_EQ(machine.err, "");
}

TEST_F(XdpStats, SaysThatNoBpffsIsMounted) {
  ASSERT_EQ(::mount("tmpfs", "/sys/fs/bpf", "tmpfs", 0, nullptr), 0);
  for (const std::vector<std::string> &args : {std::vector<std::string>{}, {"--dev", "eth0"}}) {
    const Finished finished = xdp_stats(args);
    EXPECT_EQ(finished.err, "xdp-stats: '/sys/fs/bpf' is not in a BPF file system (bpffs)\n"
                            "hint: mount one with: mount -t bpf -o mode=0700 bpf /sys/fs/bpf\n");
    EXPECT_EQ(finished.status, 1);
  }
  ASSERT_EQ(::umount("/sys/fs/bpf"), 0);
}

TEST_F(XdpStats, ReadsMapsOfOthers) {
  pin("eth0");
  pin_counters("/sys/fs/bpf/other", kPrimes, MapKind::kShared);
  const Finished both = xdp_stats({"--format=prometheus", "--map", "a \"b\"=/sys/fs/bpf/other"});
  EXPECT_THAT(both.out,
              AllOf(HasSubstr("xdp_stats_bytes_total{device=\"a \\\"b\\\"\",action=\"tx\"} 23\n"),
                    HasSubstr("xdp_stats_bytes_total{device=\"eth0\",action=\"tx\"} 23\n")));
  EXPECT_EQ(both.status, 0);
  const Finished clash = xdp_stats({"--format=json", "--map", "eth0=/sys/fs/bpf/other"});
  EXPECT_THAT(clash.out, MatchesRegex("[^\n]*\"device\":\"eth0\"[^\n]*\n"));
  EXPECT_THAT(clash.err, StartsWith("xdp-stats: cannot show '/sys/fs/bpf/other' as 'eth0'"));
  EXPECT_EQ(clash.status, 1);
  ::unlink("/sys/fs/bpf/other");
}

TEST_F(XdpStats, NeedsNoPrivilegeButTheGroup) {
  pin("eth0");
  const PinPath pins(kDefaultPinRoot, "eth0");
  for (const auto &directory : {pins.root, pins.directory}) {
    ASSERT_EQ(::chown(directory.c_str(), 0, kGroup), 0);
    ASSERT_EQ(::chmod(directory.c_str(), 0750), 0);
  }
  for (const auto &map : {pins.stats_map, pins.info_map}) {
    ASSERT_EQ(::chown(map.c_str(), 0, kGroup), 0);
    ASSERT_EQ(::chmod(map.c_str(), 0640), 0);
  }
  // Copied, as the program may be in a directory that only root can enter.
  const ScratchDirectory scratch;
  ASSERT_EQ(::chmod(scratch.path().c_str(), 0755), 0);
  const std::string program = scratch.path() / "xdp-stats";
  std::filesystem::copy_file(XDP_STATS, program);
  const auto as_nobody = [&program](const std::string &groups) {
    return run({"setpriv", "--reuid=" + std::to_string(kNobody), "--regid=65534", groups,
                "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", program,
                "--format=json"});
  };
  const Finished member = as_nobody("--groups=" + std::to_string(kGroup));
  EXPECT_THAT(member.out, HasSubstr("\"redirect\":{\"packets\":11,\"bytes\":29,"));
  EXPECT_THAT(member.out, HasSubstr("\"state\":\"stopped\"")) << "the info record is read as well";
  EXPECT_EQ(member.err, "");
  EXPECT_EQ(member.status, 0);
  const Finished stranger = as_nobody("--clear-groups");
  EXPECT_EQ(stranger.out, "");
  EXPECT_THAT(stranger.err,
              StartsWith("xdp-stats: cannot read directory '/sys/fs/bpf/xdp_stats': Permission "
                         "denied\nhint: "));
  EXPECT_EQ(stranger.status, 1);
}

TEST_F(XdpStats, PassesPromtoolAndJq) {
  Counters counters = kPrimes;
  counters[XDP_DROP] = {kMax, kMax - 1};
  pin("eth0.100", counters);
  pin("eth\"\\1");
  const Finished metrics = in_shell("\"$0\" --format prometheus | promtool check metrics");
  EXPECT_EQ(metrics.out + metrics.err, "");
  EXPECT_EQ(metrics.status, 0);
  const Finished json =
      in_shell("\"$0\" --format json | jq -r '[.device, .actions.pass.bytes] | @tsv'");
  EXPECT_EQ(json.out, "eth\"\\\\1\t19\neth0.100\t19\n") << json.err;
  EXPECT_THAT(xdp_stats({"--format=json"}).out,
              HasSubstr("{\"packets\":18446744073709551615,\"bytes\":18446744073709551614}"));
}

TEST_F(XdpStats, ReplacesTheOutputFile) {
  pin("eth0");
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "xdp_stats.prom";
  const Finished finished = xdp_stats({"--format=prometheus", "--output", file});
  EXPECT_EQ(finished.out + finished.err, "");
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(run_or_throw({"cat", file}), xdp_stats({"--format=prometheus"}).out);
  struct stat before = {};
  ASSERT_EQ(::stat(file.c_str(), &before), 0);
  EXPECT_EQ(before.st_mode & 07777U, 0644U);
  // If nothing could be read, the last good contents stay.
  EXPECT_EQ(xdp_stats({"--format=prometheus", "--dev=eth7", "--output", file}).status, 1);
  struct stat after = {};
  ASSERT_EQ(::stat(file.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
}

TEST_F(XdpStats, ExitsWith2OnWrongUsage) {
  const Finished finished = xdp_stats({"--bogus"});
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(finished.err, "xdp-stats: The following argument was not expected: --bogus\n"
                          "hint: xdp-stats --help\n");
  EXPECT_EQ(finished.status, 2);
  EXPECT_EQ(xdp_stats({"--help"}).status, 0);
  EXPECT_EQ(xdp_stats({"--version"}).out, "xdp-stats " XDP_STATS_VERSION "\n");
}

TEST_F(XdpStats, IsContentWithAReaderWhoHasSeenEnough) {
  pin("eth0");
  const Finished finished = in_shell("\"$0\" --format json --watch 0.01 | head -n 3");
  EXPECT_EQ(std::count(finished.out.begin(), finished.out.end(), '\n'), 3);
  EXPECT_EQ(finished.err, "");
  EXPECT_EQ(finished.status, 0);
}

TEST_F(XdpStats, ReportsAFullDisk) {
  pin("eth0");
  const Finished finished = in_shell("\"$0\" > /dev/full");
  EXPECT_EQ(finished.err, "xdp-stats: cannot write standard output: No space left on device\n");
  EXPECT_EQ(finished.status, 1);
}

} // namespace
} // namespace xdpstats::test
