// SPDX-License-Identifier: BSD-2-Clause
#include "display/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

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
