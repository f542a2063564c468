// SPDX-License-Identifier: BSD-2-Clause
// Which variant of the built-in program is chosen when the kernel's types cannot be read for a
// while.
#include "loader/attach/counting_object.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>
#include <sys/capability.h>

#include <cerrno>

namespace {

int g_failures = 0; // how often the types cannot be read
int g_reads = 0;    // how often they were read

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the names that --wrap makes
extern "C" {
btf *__wrap_btf__load_vmlinux_btf() {
  if (g_failures > 0) {
    --g_failures;
    errno = EMFILE;
    return nullptr;
  }
  ++g_reads;
  btf *types = btf__new_empty();
  btf__add_func(types, "bpf_cast_to_kern_ctx", BTF_FUNC_GLOBAL, btf__add_func_proto(types, 0));
  return types;
}
int __wrap_cap_get_flag(cap_t, cap_value_t, cap_flag_t, cap_flag_value_t *value) {
  *value = CAP_SET;
  return 0;
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace xdpstats {
namespace {

TEST(OpenBuiltin, KeepsAnAnswerButNoFailureToGetOne) {
  g_failures = 2;
  const auto first = open_builtin(MapKind::kPerCpu);
  const auto second = open_builtin(MapKind::kPerCpu);
  const auto third = open_builtin(MapKind::kPerCpu);
  const auto fourth = open_builtin(MapKind::kPerCpu);
  ASSERT_TRUE(first && second && third && fourth);
  EXPECT_EQ(first->build_id, second->build_id);
  EXPECT_NE(third->build_id, second->build_id) << "the fast variant, once the types can be read";
  EXPECT_EQ(fourth->build_id, third->build_id);
  EXPECT_EQ(g_reads, 1);
}

} // namespace
} // namespace xdpstats
