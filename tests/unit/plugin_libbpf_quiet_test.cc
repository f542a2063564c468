// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/libbpf_quiet.h"

#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <thread>

namespace xdpstats {
namespace {

thread_local int printed = 0;

int count_prints(libbpf_print_level, const char *, va_list) { return ++printed; }
int another_print(libbpf_print_level, const char *, va_list) { return 0; }

// libbpf prints a warning for a file that is not a BPF object.
int prints_of_a_failure() {
  printed = 0;
  EXPECT_EQ(bpf_object__open_file("/dev/null", nullptr), nullptr);
  return printed;
}

class PluginLibbpfQuiet : public testing::Test {
protected:
  PluginLibbpfQuiet() : previous_(libbpf_set_print(count_prints)) {}
  ~PluginLibbpfQuiet() override { libbpf_set_print(previous_); }

private:
  libbpf_print_fn_t previous_;
};

TEST_F(PluginLibbpfQuiet, DropsMessagesOfThisThreadOnlyWhileItLives) {
  LibbpfQuiet::install();
  EXPECT_GT(prints_of_a_failure(), 0);
  {
    const LibbpfQuiet quiet;
    EXPECT_EQ(prints_of_a_failure(), 0);
    int elsewhere = 0;
    std::thread([&elsewhere] { elsewhere = prints_of_a_failure(); }).join();
    EXPECT_GT(elsewhere, 0);
  }
  EXPECT_GT(prints_of_a_failure(), 0);
  LibbpfQuiet::uninstall();
}

TEST_F(PluginLibbpfQuiet, UninstallingPutsTheFormerFunctionBack) {
  LibbpfQuiet::install();
  LibbpfQuiet::install(); // a second call has no effect
  LibbpfQuiet::uninstall();
  EXPECT_EQ(libbpf_set_print(count_prints), count_prints);
}

TEST_F(PluginLibbpfQuiet, UninstallingLeavesWhatOthersSetSince) {
  LibbpfQuiet::install();
  libbpf_set_print(another_print);
  LibbpfQuiet::uninstall();
  EXPECT_EQ(libbpf_set_print(count_prints), another_print);
}

} // namespace
} // namespace xdpstats
