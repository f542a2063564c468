// SPDX-License-Identifier: BSD-2-Clause
#include "loader/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xdpstats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Options parse(std::vector<std::string> args) {
  args.insert(args.begin(), "xdp-stats-load");
  std::vector<char *> argv;
  for (auto &arg : args) {
    argv.push_back(arg.data());
  }
  argv.push_back(nullptr);
  return parse_options(static_cast<int>(args.size()), argv.data());
}

TEST(LoaderOptions, DefaultToTheForeground) {
  const Options options = parse({"--dev", "eth0"});
  EXPECT_EQ(options.task, Task::kForeground);
  EXPECT_THAT(options.devices, ElementsAre("eth0"));
  EXPECT_EQ(options.pin_root, "/sys/fs/bpf/xdp_stats");
  EXPECT_EQ(options.count.source, Source::kBuiltin);
  EXPECT_EQ(options.count.attach.mode, AttachMode::kAuto);
  EXPECT_EQ(options.count.map_kind, std::nullopt);
  EXPECT_EQ(options.count.attach.priority, std::nullopt);
  EXPECT_EQ(options.interval, std::chrono::seconds(1));
  EXPECT_EQ(options.tables, 0U);
  EXPECT_FALSE(options.count.attach.chain || options.count.reset || options.json ||
               options.verbose);
}

TEST(LoaderOptions, AreAllTaken) {
  const Options options = parse({"--dev=eth1", "-d", "eth0.100", "--dev", "eth1", "--pin", "--mode",
                                 "native", "--map", "array", "--chain", "--priority", "7",
                                 "--group", "stats", "--pin-root", "/p//", "--reset", "-v"});
  EXPECT_EQ(options.task, Task::kPin) << options.text;
  EXPECT_THAT(options.devices, ElementsAre("eth1", "eth0.100"));
  EXPECT_EQ(options.count.attach.mode, AttachMode::kNative);
  EXPECT_EQ(options.count.map_kind, MapKind::kShared);
  EXPECT_TRUE(options.count.attach.chain && options.count.reset && options.verbose);
  EXPECT_EQ(options.count.attach.priority, 7U);
  EXPECT_EQ(options.count.group, "stats");
  EXPECT_EQ(options.pin_root, "/p");
}

TEST(LoaderOptions, AskForLossesOrAgainstThemOrKeepThem) {
  EXPECT_EQ(parse({"--dev", "a", "--pin", "--losses"}).count.losses, true);
  EXPECT_EQ(parse({"--dev", "a", "--pin", "--no-losses"}).count.losses, false);
  EXPECT_EQ(parse({"--dev", "a", "--pin"}).count.losses, std::nullopt);
  EXPECT_EQ(parse({"--dev", "a", "--pin", "--losses", "--no-losses"}).text,
            "--losses and --no-losses exclude each other");
  EXPECT_EQ(parse({"--dev", "a", "--losses"}).text,
            "--reset, --chain, --priority, --group, --losses and --no-losses need --pin");
}

TEST(LoaderOptions, NameTheSource) {
  EXPECT_EQ(parse({"--dev", "a", "--pin", "--observe"}).count.source, Source::kObserve);
  const Options program = parse({"--dev", "a", "--pin", "--program", "x.o:y", "--mode", "hw"});
  EXPECT_EQ(program.count.source, Source::kProgram);
  EXPECT_EQ(program.count.program, "x.o:y");
  EXPECT_EQ(program.count.attach.mode, AttachMode::kHw);
}

TEST(LoaderOptions, NameTheTask) {
  EXPECT_TRUE(parse({"--dev", "a", "--pin", "--observe", "--follow"}).count.follow);
  EXPECT_EQ(parse({"--dev", "a", "--pin", "--follow"}).forget, std::chrono::hours(24));
  EXPECT_EQ(parse({"--dev", "a", "--pin", "--follow", "--forget", "7"}).forget,
            std::chrono::seconds(7));
  EXPECT_EQ(parse({"--dev", "a", "--unload"}).task, Task::kUnload);
  EXPECT_EQ(parse({"--status"}).task, Task::kStatus);
  EXPECT_TRUE(parse({"--status", "--json", "--dev", "a"}).json);
  const Options foreground = parse({"--dev", "a", "--interval", "0.25", "--count", "3"});
  EXPECT_EQ(foreground.interval, std::chrono::milliseconds(250));
  EXPECT_EQ(foreground.tables, 3U);
}

TEST(LoaderOptions, AnswerHelpAndVersion) {
  EXPECT_EQ(parse({"--help"}).task, Task::kHelp);
  EXPECT_THAT(parse({"-h"}).text, HasSubstr("--pin-root"));
  EXPECT_EQ(parse({"--version"}).task, Task::kHelp);
  EXPECT_EQ(parse({"--version"}).text, "xdp-stats-load " XDP_STATS_VERSION "\n");
}

struct Wrong {
  std::vector<std::string> args;
  std::string message;
};

void PrintTo(const Wrong &wrong, std::ostream *out) { *out << testing::PrintToString(wrong.args); }

class WrongLoaderOptions : public testing::TestWithParam<Wrong> {};

TEST_P(WrongLoaderOptions, AreNamed) {
  const Options options = parse(GetParam().args);
  EXPECT_EQ(options.task, Task::kUsageError);
  EXPECT_THAT(options.text, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Single, WrongLoaderOptions,
    testing::Values(
        Wrong{{}, "--dev is required"}, Wrong{{"--pin"}, "--dev is required"},
        Wrong{{"--unload"}, "--dev is required"}, Wrong{{"--bogus"}, "--bogus"},
        Wrong{{"eth0"}, "eth0"}, Wrong{{"--dev"}, "--dev"},
        Wrong{{"--dev", ""}, "'' is no name of a network device"},
        Wrong{{"--dev", "."}, "'.' is no name of a network device"},
        Wrong{{"--dev", ".."}, "'..' is no name of a network device"},
        Wrong{{"--dev", "a/b"}, "'a/b' is no name"}, Wrong{{"--dev", "a:b"}, "'a:b' is no name"},
        Wrong{{"--dev", "a b"}, "'a b' is no name"},
        Wrong{{"--dev", std::string(128, 'n')}, "nnn' is no name"},
        Wrong{{"--dev", "a", "--mode", "fast"}, "--mode: 'fast' is not auto, native, skb or hw"},
        Wrong{{"--dev", "a", "--mode", "1"}, "--mode: '1' is not auto"},
        Wrong{{"--dev", "a", "--map", "hash"}, "--map: 'hash' is not percpu or array"},
        Wrong{{"--dev", "a", "--interval", "0"},
              "--interval: '0' is not a number of seconds from 0.01 to 31622400"},
        Wrong{{"--dev", "a", "--interval", "x"}, "--interval: 'x' is not a number"},
        Wrong{{"--dev", "a", "--interval", "nan"}, "--interval: 'nan' is not a number"},
        Wrong{{"--dev", "a", "--interval", "inf"}, "--interval: 'inf' is not a number"},
        Wrong{{"--dev", "a", "--count", "0"}, "--count: '0' is not a positive whole number"},
        Wrong{{"--dev", "a", "--count", "-1"}, "--count: '-1' is not a positive"},
        Wrong{{"--dev", "a", "--count", "1.5"}, "--count: '1.5' is not a positive"},
        Wrong{{"--dev", "a", "--program", ""}, "--program: its value is empty"},
        Wrong{{"--dev", "a", "--pin", "--group", ""}, "--group: its value is empty"},
        Wrong{{"--status", "--pin-root", ""}, "--pin-root: its value is empty"},
        Wrong{{"--dev", "a", "--pin", "--priority", "-1"}, "--priority"}));

INSTANTIATE_TEST_SUITE_P(
    Together, WrongLoaderOptions,
    testing::Values(
        Wrong{{"--dev", "a", "--unload", "--status"}, "--unload and --status exclude each other"},
        Wrong{{"--dev", "a", "--unload", "--pin"}, "--unload goes with"},
        Wrong{{"--dev", "a", "--unload", "--reset"}, "--unload goes with"},
        Wrong{{"--dev", "a", "--unload", "--program", "x"}, "--unload goes with"},
        Wrong{{"--dev", "a", "--status", "--group", "g"}, "--status goes with"},
        Wrong{{"--status", "--map", "array"}, "--status goes with"},
        Wrong{{"--dev", "a", "--pin", "--json"}, "--json goes with --status"},
        Wrong{{"--all", "--status"}, "--all and --gone go with --unload"},
        Wrong{{"--dev", "a", "--pin", "--gone"}, "--all and --gone go with --unload"},
        Wrong{{"--unload", "--all", "--gone"}, "exclude each other"},
        Wrong{{"--unload", "--all", "--dev", "a"}, "exclude each other"},
        Wrong{{"--dev", "a", "--reset"}, "need --pin"},
        Wrong{{"--dev", "a", "--chain"}, "need --pin"},
        Wrong{{"--dev", "a", "--priority", "3"}, "need --pin"},
        Wrong{{"--dev", "a", "--group", "g"}, "need --pin"},
        Wrong{{"--dev", "a", "--pin", "--count", "3"}, "are for the foreground"},
        // An option that is given is given, also with its default value.
        Wrong{{"--dev", "a", "--pin", "--interval", "1"}, "are for the foreground"},
        Wrong{{"--dev", "a", "--unload", "--mode", "auto"}, "--unload goes with"},
        Wrong{{"--dev", "a", "--observe", "--mode", "auto"}, "--observe attaches no"},
        Wrong{{"--dev", "a", "--unload", "--interval", "3"}, "are for the foreground"},
        Wrong{{"--dev", "a", "--pin", "--observe", "--program", "x"}, "--observe attaches no"},
        Wrong{{"--dev", "a", "--pin", "--observe", "--chain"}, "--observe attaches no"},
        Wrong{{"--dev", "a", "--pin", "--observe", "--priority", "3"}, "--observe attaches no"},
        Wrong{{"--dev", "a", "--observe", "--mode", "skb"}, "--observe attaches no"},
        Wrong{{"--dev", "a", "--follow"}, "--follow goes with --pin"},
        Wrong{{"--dev", "a", "--observe", "--follow"}, "--follow goes with --pin"},
        Wrong{{"--dev", "a", "--pin", "--forget", "7"}, "--forget goes with --follow"},
        Wrong{{"--dev", "a", "--pin", "--follow", "--forget", "-1"},
              "'-1' is not a whole number of seconds from 0 to 316224000"},
        Wrong{{"--dev", "a", "--unload", "--follow"}, "--unload goes with"},
        Wrong{{"--dev", "a", "--pin", "--chain", "--program", "x"}, "--chain puts the built-in"},
        Wrong{{"--dev", "a", "--pin", "--mode", "hw"}, "--mode hw needs --program"}));

} // namespace
} // namespace xdpstats
