// SPDX-License-Identifier: BSD-2-Clause
#include "server/connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xdpstats {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Connections::Time kStart{seconds(1000)};

TEST(Connections, HaveTenSecondsToAskAndThirtyToTakeTheAnswer) {
  Connections connections;
  EXPECT_EQ(connections.next_deadline(), std::nullopt);
  connections.opened(7, kStart);
  connections.opened(8, kStart + seconds(1));
  EXPECT_EQ(connections.next_deadline(), kStart + seconds(10));
  connections.answering(7, kStart + seconds(9));
  EXPECT_EQ(connections.next_deadline(), kStart + seconds(11));
  EXPECT_THAT(connections.take_overdue(kStart + milliseconds(10'999)), IsEmpty());
  EXPECT_THAT(connections.take_overdue(kStart + seconds(11)), ElementsAre(8));
  EXPECT_THAT(connections.take_overdue(kStart + seconds(12)), IsEmpty()) << "named once";
  EXPECT_EQ(connections.next_deadline(), kStart + seconds(39));
  EXPECT_EQ(connections.size(), 2U) << "until they are closed";
  connections.closed(8);
  EXPECT_THAT(connections.take_overdue(kStart + seconds(39)), ElementsAre(7));
  EXPECT_EQ(connections.next_deadline(), std::nullopt);
}

TEST(Connections, TheOldestGoesFirstAndTheSilentBeforeTheSlow) {
  Connections connections;
  EXPECT_EQ(connections.take_oldest(), std::nullopt);
  connections.opened(5, kStart + seconds(2));
  connections.opened(6, kStart);
  connections.opened(7, kStart + seconds(1));
  connections.answering(6, kStart + seconds(3));
  connections.answering(5, kStart + seconds(2));
  EXPECT_EQ(connections.count_answering(), 2U);
  EXPECT_EQ(connections.take_oldest(), 7);
  EXPECT_EQ(connections.take_oldest(), 5);
  EXPECT_EQ(connections.count_answering(), 1U);
  EXPECT_EQ(connections.take_oldest_answering(), 6);
  EXPECT_EQ(connections.take_oldest(), std::nullopt);
}

TEST(Connections, ADescriptorIsUsedAgain) {
  Connections connections;
  connections.opened(5, kStart);
  EXPECT_THAT(connections.take_overdue(kStart + seconds(10)), ElementsAre(5));
  connections.closed(5);
  connections.opened(5, kStart + seconds(10));
  EXPECT_THAT(connections.take_overdue(kStart + seconds(10)), IsEmpty());
  connections.answering(4, kStart); // none of ours: ignored
  EXPECT_EQ(connections.size(), 1U);
}

} // namespace
} // namespace xdpstats
