// SPDX-License-Identifier: BSD-2-Clause
// What --observe says if it cannot observe; then it leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/kernel/observe_fixture.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void expect_nothing_pinned() { EXPECT_NE(::access("/sys/fs/bpf/xdp_stats", F_OK), 0); }

Finished refused(const std::vector<std::string> &more = {}) {
  std::vector<std::string> arguments = {"--dev", "va", "--pin", "--observe"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Finished finished = load(arguments);
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(finished.out, "");
  return finished;
}

TEST(ObserveRefuses, DeviceWithoutAProgram) {
  const VethPair veth;
  EXPECT_THAT(refused().err,
              AllOf(HasSubstr("cannot observe 'va': it has no XDP program; nothing was changed\n"),
                    HasSubstr("hint: attach one first")));
  expect_nothing_pinned();
}

TEST(ObserveRefuses, ProgramWithoutBtf) {
  const VethPair veth;
  attach_by_ip("va", "rules_no_btf");
  EXPECT_THAT(refused().err,
              AllOf(HasSubstr("was loaded without BTF, which tracing needs; nothing was changed\n"),
                    HasSubstr("compile it with clang -g")));
  expect_nothing_pinned();
}

TEST(ObserveRefuses, ProgramWithoutAParameter) {
  const VethPair veth;
  attach_by_ip("va", "no_parameter");
  EXPECT_THAT(refused().err, AllOf(HasSubstr("main function 'blind' without parameters"),
                                   HasSubstr("hint: declare its parameter")));
  expect_nothing_pinned();
}

TEST(ObserveRefuses, TheBuiltinCounterAlone) {
  const VethPair veth;
  load_well({"--dev", "va", "--pin"});
  const uint32_t program = netdev("va").program_id;
  EXPECT_THAT(refused().err,
              HasSubstr("its XDP program is the one that counts already; nothing was changed\n"));
  EXPECT_EQ(netdev("va").program_id, program);
  load_well({"--dev", "va", "--unload"});
  run_or_throw({"rmdir", "/sys/fs/bpf/xdp_stats"});
}

TEST(ObserveRefuses, WithoutThePrivilege) {
  const VethPair veth;
  attach_by_ip("va", "rules");
  Command command = loader({"--dev", "va", "--pin", "--observe"});
  command.insert(command.begin(), {"setpriv", "--bounding-set=+all,-sys_admin", "--inh-caps=-all"});
  const Finished finished = run(command);
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err,
              HasSubstr("not enough privilege: CAP_SYS_ADMIN is needed to observe an XDP program"));
  expect_nothing_pinned();
}

// tests/vm/lockdown boots a kernel for this.
TEST(ObserveRefuses, ArgumentOfAnotherTypeUnderLockdown) {
  if (std::getenv("XDP_STATS_LOCKDOWN") == nullptr) {
    GTEST_SKIP() << "this kernel is not one that forbids to read its memory";
  }
  const VethPair veth;
  attach_by_ip("va", "rules_untyped");
  const Finished finished = refused();
  EXPECT_THAT(finished.err, AllOf(HasSubstr("cannot observe 'va': the verifier refused it: "),
                                  HasSubstr("\nhint: the program's main function does not declare "
                                            "its argument as 'struct xdp_md *'")));
  expect_nothing_pinned();
}

// For kernels like that of the development machine; those of the lab support it.
TEST(ObserveRefuses, KernelWithoutTracing) {
  if (can_load_tracing().supported) {
    GTEST_SKIP() << "this kernel is not one without the thing that is missed here";
  }
  const VethPair veth;
  attach_by_ip("va", "rules");
  const KernelObjects before = kernel_objects();
  EXPECT_THAT(refused().err,
              AllOf(HasSubstr("cannot observe 'va': this kernel refuses tracing programs"),
                    HasSubstr("hint: observing needs fexit")));
  EXPECT_THAT(refused({"--follow"}).err, HasSubstr("cannot observe: this kernel refuses tracing"));
  expect_nothing_pinned();
  EXPECT_EQ(left_behind(before), "");
}

} // namespace
} // namespace xdpstats::test
