// SPDX-License-Identifier: BSD-2-Clause
// main() of the tests that touch the kernel. It moves into a private namespace first, so that
// running the binary by hand does no more harm than running it through ctest.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/support/probe.h"

namespace {

// Printed in the form in which ctest recognises a skipped test.
int refuse_without_root() {
  std::puts("[  SKIPPED ] needs root: it makes network namespaces and loads BPF programs");
  return xdpstats::test::in_lab() ? 1 : 0;
}

int enter_namespace(char **argv) {
  std::vector<char *> command = {const_cast<char *>(XDP_STATS_IN_NAMESPACE_SCRIPT)};
  for (; *argv != nullptr; ++argv) {
    command.push_back(*argv);
  }
  command.push_back(nullptr);
  ::execv(command[0], command.data());
  std::fprintf(stderr, "cannot run '%s': %s\n", command[0], std::strerror(errno));
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  // InitGoogleTest removes its options from argv, but the second run needs them again.
  std::vector<char *> original(argv, argv + argc + 1);
  testing::InitGoogleTest(&argc, argv);
  if (!GTEST_FLAG_GET(list_tests) && std::getenv("XDP_STATS_IN_NAMESPACE") == nullptr) {
    return ::geteuid() == 0 ? enter_namespace(original.data()) : refuse_without_root();
  }
  return RUN_ALL_TESTS();
}
