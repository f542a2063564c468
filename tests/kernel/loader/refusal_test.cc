// SPDX-License-Identifier: BSD-2-Clause
// What bad input gets: a message, a hint, an exit status, and nothing changed.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/kernel/pinned.h"
#include "tests/support/counter.h"
#include "tests/support/files.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kMountHint[] = "mount one with: mount -t bpf -o mode=0700 bpf /sys/fs/bpf";

class Refusal : public LoaderTest {
protected:
  static void refuse(const Command &args, const std::string &message, const std::string &hint) {
    expect_refused(loader(args), message, hint);
  }
  [[nodiscard]] std::string file(const std::string &contents) const {
    std::string path = place_ + "/file.bpf.o";
    std::ofstream(path) << contents;
    return path;
  }

  ScratchDirectory scratch_;
  const std::string place_ = scratch_.path();
};

TEST_F(Refusal, OfAnUnknownDevice) {
  refuse({"--dev", "nope", "--pin"}, "cannot find device 'nope': No such device",
         "list the devices of this network namespace with: ip link");
  refuse({"--dev", "nope", "--unload"}, "cannot find device 'nope': No such device",
         "list the devices of this network namespace with: ip link");
}

TEST_F(Refusal, OfAnUnknownOption) {
  expect_refused(loader({"--dev", "va", "--bogus"}),
                 "The following argument was not expected: --bogus",
                 "xdp-stats-load --help tells the options", 2);
}

TEST_F(Refusal, OfAnUnknownGroup) {
  refuse({"--dev", "va", "--pin", "--group", "nosuchgroup"}, "cannot find group 'nosuchgroup'",
         "create it with: groupadd --system nosuchgroup");
}

TEST_F(Refusal, WithoutABpffs) {
  ASSERT_EQ(::umount("/sys/fs/bpf"), 0);
  refuse({"--dev", "va", "--pin"}, "'/sys/fs/bpf' is not in a BPF file system (bpffs)", kMountHint);
  ASSERT_EQ(::mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr), 0);
}

TEST_F(Refusal, OfAPinRootOutsideBpffs) {
  refuse({"--dev", "va", "--pin", "--pin-root", place_ + "/pins"},
         "'" + place_ + "' is not in a BPF file system (bpffs)", kMountHint);
  EXPECT_FALSE(std::filesystem::exists(place_ + "/pins"));
  refuse({"--dev", "va", "--pin", "--pin-root", place_},
         "'" + place_ + "' is not in a BPF file system (bpffs)", kMountHint);
  EXPECT_TRUE(std::filesystem::is_empty(place_));
  refuse({"--dev", "va", "--pin", "--pin-root", "/sys/fs/bpf/absent/pins"},
         "cannot look up '/sys/fs/bpf/absent': No such file or directory",
         "only the last directory of --pin-root is created: make this one first, in a bpffs");
}

TEST_F(Refusal, OnAReadOnlyBpffs) {
  const std::string pins = place_ + "/bpffs";
  ASSERT_EQ(::mkdir(pins.c_str(), 0755), 0);
  ASSERT_EQ(::mount("bpf", pins.c_str(), "bpf", MS_RDONLY, nullptr), 0);
  refuse({"--dev", "va", "--pin", "--pin-root", pins + "/root"},
         "cannot create directory '" + pins + "/root': Read-only file system", "");
  refuse({"--dev", "va", "--pin", "--pin-root", pins},
         "cannot create directory '" + pins + "/%lock': Read-only file system", "");
  ASSERT_EQ(::umount(pins.c_str()), 0);
}

TEST_F(Refusal, WithoutPrivilege) {
  struct Case {
    std::string dropped;
    std::string task;
    std::string message;
  };
  for (const auto &[dropped, task, message] :
       {Case{"-all", "--pin", "CAP_NET_ADMIN and CAP_BPF are needed to attach an XDP program"},
        Case{"-net_admin", "--pin", "CAP_NET_ADMIN is needed to attach an XDP program"},
        Case{"-bpf,-sys_admin", "--pin", "CAP_BPF is needed to attach an XDP program"},
        Case{"-chown", "--group=games", "CAP_CHOWN is needed to give counters to a group"},
        Case{"-all", "--unload",
             "CAP_NET_ADMIN and CAP_BPF are needed to detach an XDP program"}}) {
    Command command = {"setpriv", "--bounding-set=" + dropped, "--inh-caps=-all"};
    Command args = loader({"--dev", "va", task});
    if (task.starts_with("--group")) {
      args.emplace_back("--pin");
    }
    command.insert(command.end(), args.begin(), args.end());
    expect_refused(command, "cannot change 'va': not enough privilege: " + message,
                   "run it as root, for example with sudo");
  }
}

TEST_F(Refusal, OfAProgramThatNeverEnds) {
  const std::string pipe = place_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string &endless : {pipe, std::string("/dev/zero")}) {
    refuse({"--dev", "va", "--pin", "--program", endless},
           "cannot read '" + endless + "': not a regular file", "");
  }
  const std::string large = file("");
  ASSERT_EQ(::truncate(large.c_str(), off_t{1} << 30U), 0);
  refuse({"--dev", "va", "--pin", "--program", large},
         "cannot read '" + large + "': it is larger than 64 MiB, too large for a BPF object", "");
}

TEST_F(Refusal, OfAPinThatIsNoMap) {
  const PinPath pins(kDefaultPinRoot, "va");
  std::filesystem::create_directories(pins.directory);
  const auto object = open_builtin();
  ASSERT_EQ(bpf_object__load(object.get()), 0);
  const int program = bpf_program__fd(bpf_object__next_program(object.get(), nullptr));
  const VethPair other({.near = "vc", .far = "vd"});
  const std::string message = "'" + pins.stats_map + "' is not a BPF map";
  const std::string hint = "somebody else pinned it: remove it, or use another --pin-root";
  {
    const PinnedMap pinned(pins.stats_map, ::dup(program));
    refuse({"--dev", "va", "--pin"}, message, hint);
    refuse({"--dev", "va", "--unload"}, message, hint);
  }
  const int link = bpf_link_create(program, static_cast<int>(ifindex_of("vc")), BPF_XDP, nullptr);
  ASSERT_GE(link, 0);
  const PinnedMap pinned(pins.stats_map, link);
  refuse({"--dev", "va", "--pin"}, message, hint);
}

TEST_F(Refusal, OfAMapOfAnotherLayout) {
  const PinPath pins(kDefaultPinRoot, "va");
  std::filesystem::create_directories(pins.directory);
  struct Case {
    bpf_map_type type;
    uint32_t key;
    uint32_t value;
    uint32_t entries;
    std::string reason;
  };
  for (const auto &[type, key, value, entries, reason] :
       {Case{BPF_MAP_TYPE_HASH, 4, 16, 5, "its type is hash, not percpu_array or array"},
        Case{BPF_MAP_TYPE_ARRAY, 4, 8, 5, "its value size is 8, not 16"},
        Case{BPF_MAP_TYPE_PERCPU_ARRAY, 4, 16, 4, "its number of entries is 4, not 5 or more"}}) {
    const PinnedMap pinned(pins.stats_map, type, key, value, entries);
    const std::string before = machine_state();
    const Finished finished = load({"--dev", "va", "--pin"});
    EXPECT_THAT(
        finished.err,
        AllOf(StartsWith("xdp-stats-load: '" + pins.stats_map + "' is not a map of xdp-stats: "),
              HasSubstr(reason),
              HasSubstr("\nhint: somebody else pinned it: remove it, or use another "
                        "--pin-root\n")));
    EXPECT_EQ(finished.status, 1);
    EXPECT_EQ(machine_state(), before);
  }
}

// The reason comes first, before what libbpf and libxdp print.
TEST_F(Refusal, OfAProgramThatTheVerifierRefuses) {
  const std::string before = machine_state();
  const Finished finished = load({"--dev", "va", "--pin", "--program", PROGRAMS "/refused.bpf.o"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err.substr(0, finished.err.find('\n')),
              AllOf(StartsWith("xdp-stats-load: cannot attach to 'va': the verifier refused it: R"),
                    EndsWith(" offset is outside of the packet: Permission denied; nothing was "
                             "changed")));
  EXPECT_EQ(machine_state(), before);
}

// Kernels from 6.13 on, and stable ones with that change, let no program that changes packets
// replace a stub of a dispatcher that does not say so, as libxdp's says from 1.5.5 on.
TEST_F(Refusal, OfAProgramThatChangesPacketsInAChainThatMayNot) {
  SKIP_UNLESS(can_load_extension());
  const Command command = {"--dev", "va", "--pin", "--program", PROGRAMS "/adjusts_head.bpf.o"};
  const std::string before = machine_state();
  const Finished finished = load(command);
  if (finished.status != 0) {
    EXPECT_THAT(finished.err, HasSubstr("\nhint: on this kernel a program that changes packets "
                                        "joins no chain of a libxdp before 1.5.5: update libxdp"));
    EXPECT_EQ(machine_state(), before);
    const Finished alone = run(loader(command), {"LIBXDP_SKIP_DISPATCHER=1"});
    ASSERT_EQ(alone.status, 0) << alone.err;
  }
  send_frames("vb", 211, make_frame(60));
  EXPECT_EQ(pinned_counters("va")[XDP_PASS].packets, 211U);
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Refusal, OfAFileThatHoldsNoProgramOfThatSort) {
  const auto refuse_program = [](const std::string &program, const std::string &message,
                                 const std::string &hint) {
    const std::string before = machine_state();
    const Finished finished = load({"--dev", "va", "--pin", "--program", program});
    EXPECT_THAT(finished.err, AllOf(StartsWith("xdp-stats-load: " + message),
                                    HasSubstr(hint.empty() ? "" : "\nhint: " + hint)));
    EXPECT_EQ(finished.status, 1);
    EXPECT_EQ(machine_state(), before);
  };
  refuse_program(place_ + "/none.o", "cannot read '" + place_ + "/none.o': No such file", "");
  refuse_program(place_, "cannot read '" + place_ + "'", "");
  const std::string elf_hint = "it has to be an ELF file, compiled with clang -target bpf\n";
  const std::string text = file("int main(void) { return 0; }\n");
  refuse_program(text, "cannot read BPF object '" + text + "'", elf_hint);
  const std::string empty = file("");
  refuse_program(empty, "cannot read BPF object '" + empty + "'", elf_hint);
  refuse_program("/bin/true", "cannot read BPF object '/bin/true'", elf_hint);
  refuse_program(std::string(kVerdicts) + ":other",
                 "cannot find program 'other' in '" + std::string(kVerdicts) +
                     "'; nothing was changed\n",
                 "its XDP programs are: verdicts\n");
  const std::string no_map = SUPPORT_PROGRAMS "/sender.bpf.o";
  refuse_program(no_map,
                 "cannot find map 'xdp_stats_map' in '" + no_map + "'; nothing was changed\n",
                 "include xdp_stats.bpf.h and return xdp_stats_count(ctx, action)\n");
  refuse_program(SUPPORT_PROGRAMS "/replacement.bpf.o",
                 "cannot find an XDP program in '" SUPPORT_PROGRAMS
                 "/replacement.bpf.o'; nothing was changed\n",
                 "the program's section has to be \"xdp\" or \"xdp.frags\"\n");
}

TEST_F(Refusal, OfAMapKindThatTheCountersDoNotHave) {
  load_well({"--dev", "va", "--pin"});
  const std::string map = PinPath(kDefaultPinRoot, "va").stats_map;
  const std::string message =
      "cannot keep the counters in '" + map + "': they are of kind percpu, not array";
  const std::string hint = "leave out --map, or add --reset to start at zero with the other kind";
  refuse({"--dev", "va", "--pin", "--map", "array"}, message, hint);
  refuse({"--dev", "va", "--pin", "--program", kVerdictsShared}, message, hint);
  refuse({"--dev", "va", "--pin", "--mode", "skb"},
         "cannot change the mode of 'va': it is counted in native mode",
         "stop first, which loses the counters: xdp-stats-load --dev va --unload");
}

TEST_F(Refusal, OfAnOutputThatIsFull) {
  for (const std::string args : {"--dev va --pin", "--status", "--status --json",
                                 "--dev va --unload", "--help", "--version"}) {
    const Finished finished = run({"sh", "-c", loader({}).front() + " " + args + " >/dev/full"});
    EXPECT_THAT(finished.err,
                HasSubstr("xdp-stats-load: cannot write standard output: No space left on "
                          "device\n"))
        << args;
    EXPECT_EQ(finished.status, 1) << args;
  }
}

TEST_F(Refusal, OfAnMtuThatTheProgramCannotTake) {
  const VethPair jumbo({.near = "vj", .far = "vk", .mtu = 9000});
  for (const std::string mode : {"auto", "native"}) {
    const std::string before = machine_state();
    const Finished finished =
        load({"--dev", "vj", "--pin", "--mode", mode, "--program", PROGRAMS "/linear.bpf.o"});
    if (mode == "auto" && finished.status == 0) {
      // The kernel was free to choose generic mode, which takes any MTU.
      EXPECT_THAT(finished.out, HasSubstr("skb mode"));
      load_well({"--dev", "vj", "--unload"});
      continue;
    }
    EXPECT_THAT(finished.err, AllOf(StartsWith("xdp-stats-load: cannot attach to 'vj': "),
                                    HasSubstr("MTU"), HasSubstr("\nhint: ")));
    EXPECT_EQ(finished.status, 1);
    EXPECT_EQ(machine_state(), before);
  }
}

} // namespace
} // namespace xdpstats::test
