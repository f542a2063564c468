// SPDX-License-Identifier: BSD-2-Clause
// Hints that depend on where the command runs, and on what is there.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/files.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kNoTypes[] =
    "\nhint: without BTF the kernel lets nobody observe it or chain with it";

class Hint : public LoaderTest {};

// Neither --observe, nor --chain, nor attaching it with xdp-loader would help.
TEST_F(Hint, OfAProgramWithoutTypesLeadsNowhereElse) {
  run_or_throw({"ip", "link", "set", "va", "xdp", "obj", PROGRAMS "/rules_no_btf.bpf.o", "sec",
                "xdp.frags"});
  const std::string before = machine_state();
  for (const Command &more : {Command{}, Command{"--chain"}, Command{"--observe"}}) {
    Command command = {"--dev", "va", "--pin"};
    command.insert(command.end(), more.begin(), more.end());
    const Finished finished = load(command);
    EXPECT_EQ(finished.status, 1);
    EXPECT_THAT(finished.err, HasSubstr(kNoTypes));
    EXPECT_EQ(machine_state(), before);
  }
}

TEST_F(Hint, WhereAFilterRefusesBpfNamesTheFilter) {
  const auto refused = [](Command command) {
    command.insert(command.begin(), WITHOUT_BPF);
    const Finished finished = run(command);
    EXPECT_EQ(finished.status, 1);
    EXPECT_THAT(finished.err, HasSubstr("hint: a seccomp filter holds this process"));
    EXPECT_THAT(finished.err, Not(HasSubstr("5.19")));
  };
  refused(loader({"--dev", "va", "--pin"}));
  load_well({"--dev", "va", "--pin"});
  refused({XDP_STATS, "--dev", "va"});
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Hint, InAUserNamespaceNamesIt) {
  const Finished finished =
      run({"unshare", "--user", "--map-root-user", "--net", "sh", "-c",
           "ip link add vu type veth peer name vw && exec " XDP_STATS_LOAD " --dev vu --pin"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, HasSubstr("\nhint: root of a user namespace may load no BPF programs"));
}

// What would be mounted there is gone when the command ends.
TEST_F(Hint, UnderIpNetnsExecNamesTheWayIn) {
  run_or_throw({"ip", "netns", "add", "hint"});
  Command command = {"ip", "netns", "exec", "hint"};
  for (const std::string &word : loader({"--dev", "lo", "--pin"})) {
    command.push_back(word);
  }
  expect_refused(command, "'/sys/fs/bpf' is not in a BPF file system (bpffs)",
                 "what ip netns exec runs does not see the machine's: enter the network alone, "
                 "with: nsenter --net=/run/netns/hint");
  run_or_throw({"ip", "netns", "del", "hint"});
}

TEST_F(Hint, ForAGroupThatMayNotEnterNamesTheWayForReaders) {
  load_well({"--dev", "va", "--pin", "--group", "games"});
  ASSERT_EQ(::chmod("/sys/fs/bpf", 0700), 0);
  const auto read = [] {
    return run({"setpriv", "--reuid=65534", "--regid=65534", "--groups=60", "--bounding-set=-all",
                "--inh-caps=-all", XDP_STATS, "--dev", "va"});
  };
  // Of this test alone: it has mounts of its own.
  ASSERT_EQ(::mount("tmpfs", "/run", "tmpfs", 0, "mode=0755"), 0);
  EXPECT_THAT(read().err,
              AllOf(HasSubstr("/sys/fs/bpf/xdp_stats"), HasSubstr("hint: run as root")));
  ASSERT_EQ(::mkdir(kReadersPinRoot, 0755), 0);
  EXPECT_THAT(read().err,
              HasSubstr("hint: '/sys/fs/bpf' is closed to you; its counters can be read "
                        "with: --pin-root /run/xdp_stats\n"));
  ASSERT_EQ(::umount("/run"), 0);
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Hint, OfAFullDispatcherSaysThatItIsFull) {
  SKIP_UNLESS(can_load_extension());
  for (int place = 0; place < 10; ++place) {
    run_or_throw({"xdp-loader", "load", "-m", "native", "va", PROGRAMS "/pass.bpf.o"});
  }
  const std::string before = machine_state();
  const Finished finished = load({"--dev", "va", "--pin", "--chain"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, HasSubstr("\nhint: libxdp's dispatcher is full: it runs at most 10"));
  EXPECT_EQ(machine_state(), before);
  run_or_throw({"xdp-loader", "unload", "va", "--all"});
}

} // namespace
} // namespace xdpstats::test
