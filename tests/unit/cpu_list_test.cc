// SPDX-License-Identifier: BSD-2-Clause
#include "base/cpu_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xdpstats {
namespace {

using testing::ElementsAre;
using testing::IsSubsetOf;
using testing::Optional;
using testing::SizeIs;

TEST(CpuList, IsNumbersAndRanges) {
  EXPECT_THAT(parse_cpu_list("0"), Optional(ElementsAre(0)));
  EXPECT_THAT(parse_cpu_list("0-3"), Optional(ElementsAre(0, 1, 2, 3)));
  EXPECT_THAT(parse_cpu_list("1,3-4,8"), Optional(ElementsAre(1, 3, 4, 8)));
  EXPECT_THAT(parse_cpu_list("0-65535"), Optional(SizeIs(65536)));
}

TEST(CpuList, IsRefusedWhereItIsNone) {
  for (const char *text : {"", "a", "0-", "-1", "0,", ",0", "0,,1", "3-1", "1,1", "2,0-3", "0 1",
                           "0-1-2", "0x1", "65536", "4294967296", "0\n"}) {
    EXPECT_FALSE(parse_cpu_list(text)) << text;
  }
}

TEST(CpuList, OfThisMachine) {
  const auto cpus = read_cpu_lists();
  ASSERT_TRUE(cpus) << cpus.error().message;
  EXPECT_FALSE(cpus->online.empty());
  EXPECT_THAT(cpus->online, IsSubsetOf(cpus->possible));
}

} // namespace
} // namespace xdpstats
