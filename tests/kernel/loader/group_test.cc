// SPDX-License-Identifier: BSD-2-Clause
// Who may read what the loader pins.
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/stat.h>

#include <filesystem>

#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/files.h"
#include "tests/support/frames.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;

// A group that exists on every Debian and is nobody's primary group.
constexpr char kGroup[] = "games";

struct Access {
  gid_t group;
  mode_t mode;
};

Access access_of(const std::string &path) {
  struct stat file = {};
  EXPECT_EQ(::stat(path.c_str(), &file), 0) << path;
  return {file.st_gid, file.st_mode & 07777U};
}

class Group : public LoaderTest {
protected:
  static void expect_access(gid_t group, mode_t directory, mode_t map) {
    const PinPath pins(kDefaultPinRoot, "va");
    EXPECT_EQ(access_of(pins.root).mode, 0755U);
    EXPECT_EQ(access_of(pins.directory).mode, directory);
    EXPECT_EQ(access_of(pins.directory).group, group);
    for (const auto &path : {pins.stats_map, pins.info_map}) {
      EXPECT_EQ(access_of(path).mode, map) << path;
      EXPECT_EQ(access_of(path).group, group) << path;
    }
  }
  // Reads with StatsMap, as an unrelated user without any capability. The reader is copied, as it
  // may have been built in a directory that only root can enter.
  static Finished read_as_nobody(const std::string &groups) {
    const ScratchDirectory scratch;
    EXPECT_EQ(::chmod(scratch.path().c_str(), 0755), 0);
    const std::string reader = scratch.path() / "read_stats";
    std::filesystem::copy_file(READ_STATS, reader);
    return run({"setpriv", "--reuid=65534", "--regid=65534", groups, "--bounding-set=-all",
                "--inh-caps=-all", "--no-new-privs", reader,
                PinPath(kDefaultPinRoot, "va").stats_map});
  }

  const gid_t group_ = ::getgrnam(kGroup)->gr_gid;
};

// A name goes first, as with chgrp(1); a number need not have one.
TEST_F(Group, MayBeANumber) {
  load_well({"--dev", "va", "--pin", "--group", "99797"});
  expect_access(99797, 0750, 0640);
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Group, AloneMayRead) {
  load_well({"--dev", "va", "--pin", "--group", kGroup});
  expect_access(group_, 0750, 0640);
  LiveFrames(veth_.far()).send(1009, make_frame(60));
  const Finished member = read_as_nobody("--groups=" + std::to_string(group_));
  EXPECT_EQ(member.status, 0) << member.err;
  EXPECT_THAT(member.out, testing::EndsWith("1009 60540\n0 0\n0 0\n"));
  const Finished stranger = read_as_nobody("--clear-groups");
  EXPECT_NE(stranger.status, 0);
  EXPECT_THAT(stranger.err + stranger.out, HasSubstr("Permission denied"));
}

TEST_F(Group, IsNobodyByDefault) {
  load_well({"--dev", "va", "--pin"});
  expect_access(0, 0700, 0600);
}

TEST_F(Group, MayBeNamedLaterAndOutlivesAReset) {
  load_well({"--dev", "va", "--pin"});
  EXPECT_THAT(load_well({"--dev", "va", "--pin", "--group", kGroup}),
              HasSubstr("already counting"));
  expect_access(group_, 0750, 0640);
  load_well({"--dev", "va", "--pin", "--reset"});
  expect_access(group_, 0750, 0640);
}

TEST_F(Group, MayBeNamedWithAReset) {
  load_well({"--dev", "va", "--pin"});
  load_well({"--dev", "va", "--pin", "--reset", "--group", kGroup});
  expect_access(group_, 0750, 0640);
}

} // namespace
} // namespace xdpstats::test
