// SPDX-License-Identifier: BSD-2-Clause
// The bash completions, as bash calls them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/files.h"
#include "tests/support/process.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using Words = std::set<std::string>;

// What bash offers for the last of `words`, the first of which is the command.
Words completions(const std::vector<std::string> &words) {
  // With these arguments: the file, the function's name, the words.
  static constexpr char kScript[] = R"(set -u
source "$1"
function=$2
shift 2
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}")";
  std::string function = "_" + words.at(0);
  std::replace(function.begin(), function.end(), '-', '_');
  std::vector<std::string> args = {
      "bash", "-c", kScript, "bash", std::string(COMPLETION_DIR) + "/" + words[0], function};
  args.insert(args.end(), words.begin(), words.end());
  std::istringstream lines(run_or_throw(args));
  Words offered;
  for (std::string line; std::getline(lines, line);) {
    offered.insert(line);
  }
  return offered;
}

// The long options that `help` names, in whatever layout: CLI11's differs from version to version.
// It names no other command's options, and those in its examples are listed as well.
Words options_in(const std::string &help) {
  static const std::regex kOption("--[a-z][a-z-]*");
  Words options;
  for (std::sregex_iterator at(help.begin(), help.end(), kOption); at != std::sregex_iterator();
       ++at) {
    options.insert(at->str());
  }
  return options;
}

Words options_of(const std::string &program) {
  return options_in(run_or_throw({program, "--help"}));
}

TEST(Completion, IsComparedWithHelpOfAnyLayout) {
  EXPECT_THAT(options_in("Options:\n"
                         "  -d,--dev DEVICE             Only this device\n"
                         "  --map LABEL=PATH            Also this map\n"),
              UnorderedElementsAre("--dev", "--map"));
  // CLI11 2.5 and later.
  EXPECT_THAT(options_in("OPTIONS:\n"
                         "  -d,     --dev DEVICE        Only this device\n"
                         "          --map LABEL=PATH    Also this map\n"),
              UnorderedElementsAre("--dev", "--map"));
}

TEST(Completion, OffersEachOptionOfXdpStats) {
  const Words options = options_of(XDP_STATS);
  EXPECT_THAT(options, SizeIs(13));
  EXPECT_EQ(completions({"xdp-stats", ""}), options);
  EXPECT_THAT(completions({"xdp-stats", "--dev", "eth0", "--fo"}), ElementsAre("--format"));
}

TEST(Completion, OffersEachOptionOfXdpStatsLoad) {
  EXPECT_EQ(completions({"xdp-stats-load", "-"}), options_of(XDP_STATS_LOAD));
}

TEST(Completion, OffersValues) {
  EXPECT_THAT(completions({"xdp-stats", "--format", ""}),
              UnorderedElementsAre("table", "json", "prometheus", "openmetrics"));
  EXPECT_THAT(completions({"xdp-stats-load", "--mode", "n"}), ElementsAre("native"));
  EXPECT_THAT(completions({"xdp-stats-load", "--map", "a"}), ElementsAre("array"));
  EXPECT_THAT(completions({"xdp-stats-load", "--dev", "lo"}), testing::Contains("lo"));
  EXPECT_THAT(completions({"xdp-stats", "--watch", ""}), SizeIs(0));
}

TEST(Completion, OffersPinnedDevicesByTheirNames) {
  const ScratchDirectory scratch;
  const std::string root = scratch.path();
  for (const char *name : {"eth0", "eth0%2E100", "empty"}) {
    std::filesystem::create_directory(root + "/" + name);
    if (std::string(name) != "empty") {
      std::ofstream(root + "/" + name + "/xdp_stats_map");
    }
  }
  EXPECT_THAT(completions({"xdp-stats", "--pin-root", root, "--dev", ""}),
              UnorderedElementsAre("eth0", "eth0.100"));
  EXPECT_THAT(completions({"xdp-stats", "--pin-root", root, "--dev", "eth0."}),
              ElementsAre("eth0.100"));
}

} // namespace
} // namespace xdpstats::test
