// SPDX-License-Identifier: BSD-2-Clause
// Another user was there first: in a bpffs that all may write to, as it is mounted without a mode.
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr uid_t kStranger = 65534;
constexpr char kGroup[] = "games";

class Stranger : public LoaderTest {
protected:
  static void make_directory(const std::string &path, uid_t owner, mode_t mode) {
    ASSERT_EQ(::mkdir(path.c_str(), 0700), 0) << path;
    ASSERT_EQ(::chown(path.c_str(), owner, owner), 0);
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  static std::string way_out(const std::string &path) {
    return "remove it; or see what is in it, and then: chown -R -h root '" + path +
           "' && chmod -R go-w '" + path + "'";
  }
  static void expect_refusal(const std::string &message, const std::string &hint) {
    for (const char *task : {"--pin", "--unload"}) {
      expect_refused(loader({"--dev", "va", task}), message, hint);
    }
  }
  void TearDown() override {
    std::filesystem::remove_all(kDefaultPinRoot);
    LoaderTest::TearDown();
  }

  const std::string root_ = kDefaultPinRoot;
};

TEST_F(Stranger, WhoMadeThePinRootDoesNotGetTheCounters) {
  make_directory(root_, kStranger, 0755);
  expect_refusal("cannot trust '" + root_ +
                     "': it belongs to the user with id 65534, who could replace what is pinned",
                 way_out(root_));
  run_or_throw({"sh", "-c", "chown -R -h root " + root_ + " && chmod -R go-w " + root_});
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), StartsWith("va: counting ("));
  load_well({"--dev", "va", "--unload"});
}

TEST_F(Stranger, MayNotWriteToThePinRoot) {
  for (const mode_t mode : {0757U, 0775U}) {
    make_directory(root_, 0, mode);
    expect_refusal("cannot trust '" + root_ + "': its mode lets other users replace what is in it",
                   "chmod go-w '" + root_ + "'");
    ASSERT_EQ(::rmdir(root_.c_str()), 0);
  }
}

TEST_F(Stranger, WhoMadeTheDevicesDirectoryIsToldFromRoot) {
  make_directory(root_, 0, 0755);
  make_directory(root_ + "/va", kStranger, 0755);
  expect_refusal("cannot trust '" + root_ +
                     "/va': it belongs to the user with id 65534, who could replace what is pinned",
                 way_out(root_ + "/va"));
}

TEST_F(Stranger, WhoLinksThePinRootElsewhereIsNotFollowed) {
  make_directory("/sys/fs/bpf/real", 0, 0755);
  ASSERT_EQ(::symlink("real", root_.c_str()), 0);
  ASSERT_EQ(::lchown(root_.c_str(), kStranger, kStranger), 0);
  // The kernel itself does not follow it where fs.protected_symlinks is set.
  const Finished refused = load({"--dev", "va", "--pin"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err,
              testing::AnyOf(HasSubstr("cannot trust '" + root_ +
                                       "': it is a symbolic link of the user with id "
                                       "65534; nothing was changed\nhint: remove it\n"),
                             HasSubstr("Permission denied")));
  EXPECT_TRUE(std::filesystem::is_empty("/sys/fs/bpf/real"));
  ASSERT_EQ(::lchown(root_.c_str(), 0, 0), 0);
  EXPECT_THAT(load_well({"--dev", "va", "--pin"}), StartsWith("va: counting ("))
      << "a link of root's own";
  load_well({"--dev", "va", "--unload"});
  ASSERT_EQ(::unlink(root_.c_str()), 0);
  ASSERT_EQ(::rmdir("/sys/fs/bpf/real"), 0);
}

TEST_F(Stranger, MayNotRenameThePinRoot) {
  make_directory("/sys/fs/bpf/open", 0, 0777);
  expect_refused(loader({"--dev", "va", "--pin", "--pin-root", "/sys/fs/bpf/open/pins"}),
                 "cannot trust '/sys/fs/bpf/open': its mode lets other users replace what is in it",
                 "chmod go-w '/sys/fs/bpf/open'");
  ASSERT_EQ(::chmod("/sys/fs/bpf/open", 01777), 0);
  load_well({"--dev", "va", "--pin", "--pin-root", "/sys/fs/bpf/open/pins"});
  load_well({"--dev", "va", "--unload", "--pin-root", "/sys/fs/bpf/open/pins"});
  std::filesystem::remove_all("/sys/fs/bpf/open");
}

TEST_F(Stranger, WhoLeftADanglingLinkStopsNobodyForGood) {
  ASSERT_EQ(::symlink("/sys/fs/bpf/nowhere", root_.c_str()), 0);
  expect_refused(loader({"--dev", "va", "--pin"}),
                 "cannot open directory '" + root_ + "': No such file or directory",
                 "it is a symbolic link to what does not exist: remove it");
  ASSERT_EQ(::unlink(root_.c_str()), 0);
}

// Swapped for a link to something of root's, between the loader's steps.
TEST_F(Stranger, GetsNoFileOfRootsForTheGroup) {
  load_well({"--dev", "va", "--pin"});
  const PinPath pins(kDefaultPinRoot, "va");
  make_directory("/sys/fs/bpf/secret", 0, 0700);
  ASSERT_EQ(::rename(pins.info_map.c_str(), "/sys/fs/bpf/secret/map"), 0);
  ASSERT_EQ(::symlink("/sys/fs/bpf/secret/map", pins.info_map.c_str()), 0);
  const gid_t group = ::getgrnam(kGroup)->gr_gid;
  expect_refused(loader({"--dev", "va", "--pin", "--group", kGroup}),
                 "cannot trust '" + pins.info_map + "': it is a symbolic link", "remove it");
  struct stat secret = {};
  ASSERT_EQ(::stat("/sys/fs/bpf/secret/map", &secret), 0);
  EXPECT_NE(secret.st_gid, group);
  EXPECT_EQ(secret.st_mode & 07777U, 0600U);
  ASSERT_EQ(::rename("/sys/fs/bpf/secret/map", pins.info_map.c_str()), 0);
  ASSERT_EQ(::rmdir("/sys/fs/bpf/secret"), 0);
  load_well({"--dev", "va", "--unload"});
}

} // namespace
} // namespace xdpstats::test
