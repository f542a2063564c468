// SPDX-License-Identifier: BSD-2-Clause
#include "display/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/fd.h"
#include "base/stop_signals.h"
#include "base/write_all.h"
#include "tests/support/files.h"

namespace xdpstats {
namespace {

namespace fs = std::filesystem;

class ReplaceFile : public testing::Test {
protected:
  [[nodiscard]] std::string path(const char *name) const { return directory_ / name; }
  [[nodiscard]] struct stat access_of(const char *name) const {
    struct stat status = {};
    EXPECT_EQ(::stat(path(name).c_str(), &status), 0);
    return status;
  }
  [[nodiscard]] size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(directory_), {}));
  }

  test::ScratchDirectory scratch_;
  const fs::path &directory_ = scratch_.path();
};

TEST_F(ReplaceFile, MakesAFileThatAnyoneReads) {
  const mode_t before = ::umask(077);
  ASSERT_TRUE(replace_file(path("x.prom"), "one\n"));
  ::umask(before);
  EXPECT_EQ(test::read_file(path("x.prom")), "one\n");
  struct stat status = {};
  ASSERT_EQ(::stat(path("x.prom").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0644U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, LeavesTheOldFileToItsReaders) {
  ASSERT_TRUE(replace_file(path("x.prom"), "one\n"));
  std::ifstream reader(path("x.prom"));
  ASSERT_TRUE(replace_file(path("x.prom"), "two\n"));
  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "one");
  EXPECT_EQ(test::read_file(path("x.prom")), "two\n");
}

TEST_F(ReplaceFile, FollowsASymbolicLink) {
  ASSERT_TRUE(replace_file(path("real"), "one\n"));
  fs::create_symlink("real", path("link"));
  ASSERT_TRUE(replace_file(path("link"), "two\n"));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(test::read_file(path("real")), "two\n");
}

TEST_F(ReplaceFile, FollowsLinksOnTheWay) {
  ASSERT_TRUE(fs::create_directory(path("real")));
  fs::create_symlink("real/", path("relative"));
  fs::create_symlink(directory_ / "relative", path("absolute"));
  fs::create_symlink("absolute//x.prom", path("link"));
  ASSERT_TRUE(replace_file(path("link"), "one\n"));
  EXPECT_EQ(test::read_file(path("real/x.prom")), "one\n");
  fs::create_symlink("loop", path("loop"));
  EXPECT_EQ(replace_file(path("loop"), "one\n").error().code, ELOOP);
  EXPECT_EQ(replace_file(path("real/"), "one\n").error().message,
            "cannot replace '" + path("real/") + "': not a regular file");
}

TEST_F(ReplaceFile, FollowsNoLinkOfAnotherUser) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can make a link of another user";
  }
  ASSERT_TRUE(replace_file(path("secret"), "one\n"));
  ASSERT_EQ(::chmod(path("secret").c_str(), 0600), 0);
  ASSERT_TRUE(fs::create_directory(path("etc")));
  fs::create_symlink("secret", path("link"));
  fs::create_symlink("etc", path("way"));
  for (const char *link : {"link", "way"}) {
    ASSERT_EQ(::lchown(path(link).c_str(), 65534, 65534), 0);
  }
  for (const char *file : {"link", "way/x.prom"}) {
    const auto done = replace_file(path(file), "two\n");
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message,
                testing::HasSubstr("is a symbolic link of the user with id 65534"));
  }
  EXPECT_EQ(test::read_file(path("secret")), "one\n");
  EXPECT_EQ(access_of("secret").st_mode & 07777U, 0600U);
  EXPECT_TRUE(fs::is_empty(path("etc")));
}

TEST_F(ReplaceFile, KeepsModeAndOwner) {
  ASSERT_TRUE(replace_file(path("x.prom"), "one\n"));
  ASSERT_EQ(::chmod(path("x.prom").c_str(), 0640), 0);
  const bool root = ::geteuid() == 0;
  ASSERT_EQ(::chown(path("x.prom").c_str(), root ? 4219 : ::geteuid(), root ? 4217 : ::getegid()),
            0);
  const struct stat before = access_of("x.prom");
  ASSERT_TRUE(replace_file(path("x.prom"), "two\n"));
  const struct stat after = access_of("x.prom");
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_EQ(test::read_file(path("x.prom")), "two\n");
}

TEST_F(ReplaceFile, ReplacesWhatAKilledCommandLeft) {
  const std::string left = path(".x.prom.xdp-stats");
  std::ofstream(left) << "half";
  ASSERT_TRUE(replace_file(path("x.prom"), "one\n"));
  EXPECT_EQ(files(), 1U);
  fs::create_symlink("x.prom", left); // or what somebody put in its way
  ASSERT_TRUE(replace_file(path("x.prom"), "two\n"));
  ASSERT_EQ(::mkfifo(left.c_str(), 0600), 0);
  ASSERT_TRUE(replace_file(path("x.prom"), "three\n"));
  EXPECT_EQ(test::read_file(path("x.prom")), "three\n");
  EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, LeavesTheFileOfALivingCommandAlone) {
  const std::string theirs = path(".x.prom.xdp-stats");
  std::ofstream(theirs) << "half";
  const UniqueFd file(::open(theirs.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(file.get(), LOCK_EX), 0);
  const auto done = replace_file(path("x.prom"), "one\n");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "cannot create a file beside '" + path("x.prom") + "': File exists");
  EXPECT_EQ(test::read_file(theirs), "half");
}

// Each sees a whole file, whoever wrote it.
TEST_F(ReplaceFile, IsDoneInTurnByMany) {
  std::vector<pid_t> writers;
  for (char letter = 'a'; letter < 'e'; ++letter) {
    const pid_t writer = ::fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      for (int i = 0; i < 101; ++i) {
        if (!replace_file(path("x.prom"), std::string(50'021, letter))) {
          ::_exit(1);
        }
      }
      ::_exit(0);
    }
    writers.push_back(writer);
  }
  for (const pid_t writer : writers) {
    int status = 0;
    while (::waitpid(writer, &status, WNOHANG) == 0) {
      if (const std::string text = test::read_file(path("x.prom")); !text.empty()) {
        EXPECT_EQ(text, std::string(50'021, text.front()));
      }
    }
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const auto done = replace_file(path("pipe"), "one\n");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "cannot replace '" + path("pipe") + "': not a regular file");
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

TEST_F(ReplaceFile, NamesADirectoryThatIsMissing) {
  const auto done = replace_file(path("none/x.prom"), "one\n");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, testing::HasSubstr("No such file or directory"));
  EXPECT_EQ(files(), 0U);
}

TEST(WriteAll, ReportsAFullDevice) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  const auto done = write_all(full.get(), "x", "standard output");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "cannot write standard output: No space left on device");
}

TEST(WriteAll, ReportsAReaderWhoIsGone) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd writer(ends[1]);
  UniqueFd(ends[0]).reset();
  const auto done = write_all(writer.get(), "x", "standard output");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, EPIPE);
}

TEST(WriteAll, EndsBySignalWhileTheReaderStalls) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  block_stop_signals();
  ASSERT_EQ(::raise(SIGTERM), 0);
  EXPECT_TRUE(write_all(writer.get(), "x", "pipe")) << "what can be written is written";
  const auto done = write_all(writer.get(), std::string(1'000'003, 'x'), "pipe");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ECANCELED);
  const sigset_t waited = stop_signals();
  const timespec now = {};
  EXPECT_EQ(::sigtimedwait(&waited, nullptr, &now), SIGTERM) << "it is left to be taken";
  EXPECT_FALSE(stop_is_pending());
}

TEST(WriteAll, HasLittlePatienceWhereAskedTo) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const auto done = write_all(writer.get(), std::string(1'000'003, 'x'), "pipe", Patience::kBrief);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ECANCELED);
}

TEST(StopSignals, LeaveOutWhatTheCallerIgnores) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  const sigset_t signals = stop_signals();
  EXPECT_EQ(::sigismember(&signals, SIGHUP), 0);
  EXPECT_EQ(::sigismember(&signals, SIGINT), 1);
  std::signal(SIGHUP, before);
}

TEST(WriteAll, WaitsForANonBlockingReader) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const std::string text(1'000'003, 'x');
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::_exit(write_all(writer.get(), text, "pipe") ? 0 : 1);
  }
  writer.reset();
  ASSERT_EQ(::fcntl(reader.get(), F_SETFL, 0), 0);
  size_t received = 0;
  char chunk[65536];
  for (ssize_t length = 0; (length = ::read(reader.get(), chunk, sizeof(chunk))) > 0;) {
    received += static_cast<size_t>(length);
  }
  EXPECT_EQ(received, text.size());
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

} // namespace
} // namespace xdpstats
