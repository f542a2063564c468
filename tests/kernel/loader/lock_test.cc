// SPDX-License-Identifier: BSD-2-Clause
// Who may hold up xdp-stats-load with a lock, and who may not.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "loader/pins/follower_lock.h"
#include "loader/pins/pin_root_lock.h"
#include "pinning/pin_path.h"
#include "tests/kernel/loader/loader_test.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

namespace fs = std::filesystem;

constexpr char kGroup[] = "games";

class Locks : public LoaderTest {
protected:
  static std::vector<std::string> locks() {
    std::vector<std::string> names;
    for (const auto &entry : fs::directory_iterator(lock_directory(kDefaultPinRoot))) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  // A program that holds a lock until it is killed.
  static Command holder(const std::string &program, const std::string &kind,
                        const std::string &path) {
    return {program, kind, "-o", path, "sh", "-c", "echo held; exec sleep 60"};
  }
  static Command as_stranger(Command command) {
    command.insert(command.begin(),
                   {"setpriv", "--reuid=65534", "--regid=games", "--clear-groups"});
    return command;
  }

  const PinPath pins_{kDefaultPinRoot, "va"};
};

TEST_F(Locks, AreForTheOwnerAlone) {
  load_well({"--dev", "va", "--pin", "--group", kGroup});
  struct stat status = {};
  ASSERT_EQ(::stat("/sys/fs/bpf/xdp_stats/%lock", &status), 0);
  EXPECT_EQ(status.st_mode, S_IFDIR | 0700U);
  EXPECT_EQ(status.st_uid, 0U);
  EXPECT_EQ(status.st_gid, 0U);
  EXPECT_THAT(list_pinned_devices(kDefaultPinRoot).value(), ElementsAre("va"));
}

TEST_F(Locks, GoWithTheLastDevice) {
  load_well({"--dev", "va", "--dev", "vb", "--pin"});
  load_well({"--dev", "va", "--unload"});
  EXPECT_TRUE(fs::exists(lock_directory(kDefaultPinRoot)));
  load_well({"--dev", "vb", "--unload"});
  EXPECT_TRUE(fs::is_empty(kDefaultPinRoot));
}

// Whoever may read can lock what he may open: the pin root, by a read-only way to it too, and the
// directory of a device that is his group's.
TEST_F(Locks, OfReadersHoldUpNobody) {
  load_well({"--dev", "va", "--pin", "--group", kGroup});
  fs::create_directory("/run/locks_test");
  run_or_throw({"mount", "--bind", kDefaultPinRoot, "/run/locks_test"});
  run_or_throw({"mount", "-o", "remount,bind,ro", "/run/locks_test"});
  {
    Process shared(as_stranger(holder("flock", "-s", "/run/locks_test")));
    shared.wait_for_output("held");
    Process device(as_stranger(holder("flock", "-x", "/run/locks_test/va")));
    device.wait_for_output("held");
    const Finished refused =
        run(as_stranger({"flock", "-s", "-n", "/run/locks_test/%lock", "true"}));
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, testing::HasSubstr("Permission denied"));

    EXPECT_THAT(load_well({"--dev", "va", "--pin"}), StartsWith("va: already counting ("));
    EXPECT_THAT(load_well({"--dev", "va", "--pin", "--reset"}),
                StartsWith("va: counting from zero ("));
    EXPECT_TRUE(FollowerLock::acquire(pins_));
    EXPECT_THAT(load_well({"--dev", "va", "--unload"}), StartsWith("va: no longer counted"));
  }
  run_or_throw({"umount", "/run/locks_test"});
  fs::remove("/run/locks_test");
}

TEST_F(Locks, OfADeviceStaysWithItThroughRenames) {
  load_well({"--dev", "va", "--pin"});
  const auto lock = FollowerLock::acquire(pins_);
  ASSERT_TRUE(lock);
  run_or_throw({"ip", "link", "set", "va", "down"});
  run_or_throw({"ip", "link", "set", "va", "name", "other"});
  load_well({"--dev", "other", "--pin"});
  EXPECT_FALSE(lock->holds(pins_));
  EXPECT_TRUE(lock->holds({kDefaultPinRoot, "other"}));
  EXPECT_EQ(is_followed({kDefaultPinRoot, "other"}), true);
  EXPECT_EQ(FollowerLock::acquire({kDefaultPinRoot, "other"}).error().code, EWOULDBLOCK);
  load_well({"--dev", "other", "--unload"});
  EXPECT_FALSE(lock->holds({kDefaultPinRoot, "other"}));
  EXPECT_TRUE(fs::is_empty(kDefaultPinRoot));
}

TEST_F(Locks, OfAFollowerEndsWithIt) {
  load_well({"--dev", "va", "--dev", "vb", "--pin"});
  EXPECT_EQ(is_followed(pins_), false);
  {
    const auto lock = FollowerLock::acquire(pins_);
    EXPECT_THAT(locks(), testing::SizeIs(1));
    EXPECT_EQ(is_followed(pins_), true);
  }
  EXPECT_THAT(locks(), IsEmpty());
  // A killed one leaves its directory, which goes with the device.
  fs::create_directory(follower_lock_directory(kDefaultPinRoot, 0));
  struct stat status = {};
  ASSERT_EQ(::stat(pins_.directory.c_str(), &status), 0);
  fs::create_directory(follower_lock_directory(kDefaultPinRoot, status.st_ino));
  EXPECT_EQ(is_followed(pins_), false);
  load_well({"--dev", "va", "--unload"});
  EXPECT_THAT(locks(), ElementsAre("0"));
  load_well({"--dev", "vb", "--unload"});
  EXPECT_TRUE(fs::is_empty(kDefaultPinRoot));
}

// Version 0.1.0 locked the device's directory.
TEST_F(Locks, AFollowerOfAnOlderVersionHasToEndFirst) {
  load_well({"--dev", "va", "--dev", "vb", "--pin", "--group", kGroup});
  const std::string directory = "/run/locks_test";
  fs::create_directory(directory);
  fs::copy("/usr/bin/flock", directory + "/xdp-stats-load");
  {
    Process follower(holder(directory + "/xdp-stats-load", "-x", pins_.directory));
    follower.wait_for_output("held");
    for (const char *task : {"--pin", "--unload"}) {
      expect_refused(loader({"--dev", "vb", task}),
                     "cannot change what is pinned in '" + std::string(kDefaultPinRoot) +
                         "': xdp-stats-load of version 0.1.0 follows 'va' (process id " +
                         std::to_string(follower.pid()) + ")",
                     "restart it: it does not know the locks of this version");
    }
  }
  load_well({"--dev", "vb", "--pin"});
  {
    Process of_another_user(
        as_stranger(holder(directory + "/xdp-stats-load", "-x", pins_.directory)));
    of_another_user.wait_for_output("held");
    load_well({"--dev", "vb", "--pin"});
  }
  // A link to a program that runs as root, whoever starts it.
  fs::remove(directory + "/xdp-stats-load");
  fs::create_symlink("/usr/bin/flock", directory + "/xdp-stats-load");
  Process by_name_alone(holder(directory + "/xdp-stats-load", "-x", pins_.directory));
  by_name_alone.wait_for_output("held");
  load_well({"--dev", "vb", "--pin"});
  fs::remove_all(directory);
}

} // namespace
} // namespace xdpstats::test
