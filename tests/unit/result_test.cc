// SPDX-License-Identifier: BSD-2-Clause
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace xdpstats {
namespace {

TEST(OsFailure, NamesTheReasonAndKeepsErrno) {
  const Error error = os_failure("cannot open 'x'", ENOENT, "look elsewhere").value();
  EXPECT_EQ(error.message, "cannot open 'x': No such file or directory");
  EXPECT_EQ(error.hint, "look elsewhere");
  EXPECT_EQ(error.code, ENOENT);
}

TEST(OsFailure, TakesLibbpfsNegativeCodes) {
  const Error error = os_failure("cannot load 'y'", -EPERM).value();
  EXPECT_EQ(error.message, "cannot load 'y': Operation not permitted");
  EXPECT_EQ(error.hint, "");
  EXPECT_EQ(error.code, EPERM);
}

TEST(Failure, HasNoErrnoBehindIt) {
  const Error error = failure("'z' is not a BPF map").value();
  EXPECT_EQ(error.message, "'z' is not a BPF map");
  EXPECT_EQ(error.hint, "");
  EXPECT_EQ(error.code, 0);
}

} // namespace
} // namespace xdpstats
