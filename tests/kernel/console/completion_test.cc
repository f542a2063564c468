// SPDX-License-Identifier: BSD-2-Clause
// The bash completions in a shell that somebody types into. A device's name may be a command: it
// must never run.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"

namespace xdpstats::test {
namespace {

constexpr char kName[] = "a$(id>pwn)";
constexpr char kQuoted[] = "a\\$\\(id\\>pwn\\)";

// Its commands are functions that print their arguments; they and the completions are all that it
// knows.
class TypedCompletion : public testing::Test {
protected:
  void SetUp() override {
    std::ofstream(directory_ + "/rc") << "PS1='$ '\ncd " << directory_
                                      << "\n"
                                         "bind 'set enable-bracketed-paste off'\n"
                                         "source " COMPLETION_DIR "/xdp-stats\n"
                                         "source " COMPLETION_DIR "/xdp-stats-load\n"
                                         "xdp-stats() { printf '<%s>' \"$@\"; }\n"
                                         "xdp-stats-load() { printf '<%s>' \"$@\"; }\n";
  }
  void TearDown() override {
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/pwn")) << "the name was executed";
  }

  // Types `line`, a tab and the return key: what the last word became, and what the command got.
  void expect_completed(const std::string &line, const std::string &typed, const std::string &got) {
    PtyProcess shell({"bash", "--noprofile", "--rcfile", directory_ + "/rc", "-i"}, 200, 24,
                     {"TERM=dumb", "INPUTRC=/dev/null"});
    shell.wait_for("$ ");
    shell.type(line + "\t");
    shell.wait_for(typed);
    shell.type("\n");
    shell.wait_for(got);
  }

  ScratchDirectory scratch_;
  const std::string directory_ = scratch_.path();
};

TEST_F(TypedCompletion, OfDevicesQuotesTheirNames) {
  run_or_throw({"ip", "link", "add", "name", kName, "type", "veth"});
  expect_completed("xdp-stats-load --dev a", kQuoted, std::string("<") + kName + ">");
  expect_completed("xdp-stats-load --dev \"a", "a", "<--dev>");
  run_or_throw({"ip", "link", "delete", "dev", kName});
}

TEST_F(TypedCompletion, OfPinnedDevicesQuotesTheirNames) {
  std::filesystem::create_directory(directory_ + "/" + kName);
  std::ofstream(directory_ + "/" + kName + "/xdp_stats_map");
  expect_completed("xdp-stats --pin-root . --dev a", kQuoted, std::string("<") + kName + ">");
}

TEST_F(TypedCompletion, OfDirectoriesQuotesTheirNames) {
  std::filesystem::create_directory(directory_ + "/" + kName);
  for (const char *command : {"xdp-stats --pin-root a", "xdp-stats --output a",
                              "xdp-stats-load --pin-root a", "xdp-stats-load --program a"}) {
    expect_completed(command, kQuoted, std::string("<") + kName + "/>");
  }
}

} // namespace
} // namespace xdpstats::test
