// SPDX-License-Identifier: BSD-2-Clause
// Wherever memory runs out, a command ends with a message and status 1, and leaves nothing behind.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "tests/kernel/loader/loader_test.h"

#ifndef __SANITIZE_ADDRESS__ // whose allocator takes the place of ours

namespace xdpstats::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

enum class Lack { kFromThereOn, kOnce };

class OutOfMemory : public LoaderTest {
protected:
  // nullopt: the command did not ask so often.
  static std::optional<Finished> run_without_memory(const Command &command, int from, Lack lack) {
    const std::string mark = testing::TempDir() + "xdp_stats_failed." + std::to_string(::getpid());
    Environment environment = {"LD_PRELOAD=" FAIL_MEMORY, "FAIL_MEMORY=" + std::to_string(from),
                               "FAIL_MARK=" + mark};
    if (lack == Lack::kOnce) {
      environment.emplace_back("ONCE=1");
    }
    Finished finished = run(command, environment);
    if (!std::filesystem::remove(mark)) {
      return std::nullopt;
    }
    return finished;
  }
  static void expect_an_end(const Finished &finished) {
    EXPECT_THAT(finished.err, Not(HasSubstr("terminate called")));
    if (finished.status != 0) {
      EXPECT_EQ(finished.status, 1) << finished.err;
      EXPECT_THAT(finished.err, testing::ContainsRegex("^xdp-stats(-load)?: "));
      EXPECT_THAT(finished.err, EndsWith("\n"));
    }
  }
};

TEST_F(OutOfMemory, EndsTheReaderWithAMessage) {
  load_well({"--dev", "va", "--pin"});
  for (const Lack lack : {Lack::kFromThereOn, Lack::kOnce}) {
    int failures = 0;
    int from = 1;
    while (const auto finished = run_without_memory({XDP_STATS, "--format=json"}, from, lack)) {
      SCOPED_TRACE(from);
      expect_an_end(*finished);
      failures += finished->status;
      ++from;
    }
    EXPECT_GT(from, 101);
    EXPECT_GT(failures, 1);
  }
  load_well({"--dev", "va", "--unload"});
}

// From there on only: where one request alone fails, libbpf 1.1 follows a null pointer in places.
TEST_F(OutOfMemory, EndsTheLoaderWithNothingLeftThatUnloadDoesNotFind) {
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", "va", "--unload"}); // leaves the pin root
  const std::string before = machine_state();
  int failures = 0;
  int from = 1;
  while (const auto finished =
             run_without_memory(loader({"--dev", "va", "--pin"}), from, Lack::kFromThereOn)) {
    SCOPED_TRACE(from);
    expect_an_end(*finished);
    failures += finished->status;
    // Once an attach was asked for, and memory is missing to see what came of it, the pins stay:
    // what counts is found by the next run, and never left without its counters.
    load_well({"--dev", "va", "--unload"});
    EXPECT_EQ(machine_state(), before) << finished->out << finished->err;
    from += 29;
  }
  EXPECT_GT(from, 307);
  EXPECT_GT(failures, 7);
  load_well({"--dev", "va", "--unload"});
}

} // namespace
} // namespace xdpstats::test

#endif
