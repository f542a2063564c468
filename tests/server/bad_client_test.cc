// SPDX-License-Identifier: BSD-2-Clause
// Clients that are slow, silent or greedy lose their connection, and hold up nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <filesystem>
#include <thread>

#include "pinning/pin_path.h"
#include "tests/server/server.h"
#include "tests/support/http_client.h"
#include "tests/support/pins.h"

namespace xdpstats::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

constexpr char kGet[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
// Of more devices than the socket buffers of both ends hold.
constexpr int kManyDevices = 1000;

class BadClient : public testing::Test {
protected:
  void SetUp() override {
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  void TearDown() override { std::filesystem::remove_all(kDefaultPinRoot); }

  static void pin(int devices) {
    for (int i = 0; i < devices; ++i) {
      const std::string name = "eth" + std::to_string(i);
      pin_device(kDefaultPinRoot, name, {}, make_info(name));
    }
  }
  static std::vector<UniqueFd> silent_connections(int count) {
    std::vector<UniqueFd> connections;
    for (int i = 0; i < count; ++i) {
      connections.push_back(connect_to(kPort));
    }
    return connections;
  }
  // A scrape beside them, and how long it took.
  static milliseconds scrape() {
    const auto begin = Clock::now();
    EXPECT_EQ(http(kPort, "GET", "/metrics").status, 200);
    return std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
  }
  // A connection is closed a moment after its end is seen here.
  static size_t wait_for_sockets(const RunningServer &server, size_t count) {
    const auto deadline = Clock::now() + seconds(5);
    while (server.sockets() != count && Clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    return server.sockets();
  }
  // Has asked, and takes nothing of the answer.
  static UniqueFd greedy_connection() {
    UniqueFd connection = connect_to(kPort);
    const int small = 2048;
    ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    send_text(connection.get(), kGet);
    return connection;
  }
};

TEST_F(BadClient, SilenceHoldsUpNobody) {
  pin(1);
  const RunningServer server;
  const size_t memory = server.memory();
  auto silent = silent_connections(900);
  for (int i = 0; i < 10; ++i) {
    EXPECT_LT(scrape(), seconds(1));
  }
  EXPECT_LT(server.memory() - memory, 40U * 1024) << "KiB for 900 connections";
  // Beyond 1,000 the oldest goes, and the newcomer is served.
  auto more = silent_connections(200);
  EXPECT_LT(scrape(), seconds(1));
  EXPECT_EQ(wait_for_sockets(server, 1000), 1000U) << "one listens, and the scrape is over";
  EXPECT_EQ(receive_all(silent.front().get(), seconds(1)), "");
  EXPECT_TRUE(send_text(more.back().get(), kGet));
  EXPECT_THAT(receive_all(more.back().get()), HasSubstr("device=\"eth0\""));
}

TEST_F(BadClient, HasTenSecondsForTheRequest) {
  pin(1);
  const RunningServer server;
  const auto begin = Clock::now();
  const UniqueFd silent = connect_to(kPort);
  const UniqueFd slow = connect_to(kPort);
  // A byte each time, and never the end: no time-out for silence sees anything wrong.
  const std::string request = "GET /metrics HTTP/1.1\r\nX: " + std::string(10'000, 'x');
  std::thread sender([&slow, &request] {
    for (const char byte : request) {
      if (!send_text(slow.get(), {byte})) {
        return;
      }
      std::this_thread::sleep_for(milliseconds(250));
    }
  });
  std::this_thread::sleep_for(seconds(8));
  EXPECT_EQ(server.sockets(), 3U) << "they have ten seconds";
  EXPECT_EQ(receive_all(silent.get(), seconds(20)), "");
  EXPECT_EQ(receive_all(slow.get(), seconds(20)), "");
  const auto time = Clock::now() - begin;
  EXPECT_GE(time, seconds(10));
  EXPECT_LT(time, seconds(20));
  sender.join();
  EXPECT_LT(scrape(), seconds(1));
  EXPECT_EQ(wait_for_sockets(server, 1), 1U);
}

TEST_F(BadClient, HasThirtySecondsForTheAnswer) {
  pin(kManyDevices);
  const RunningServer server;
  const size_t whole = http(kPort, "GET", "/metrics").body.size();
  const auto begin = Clock::now();
  const UniqueFd greedy = greedy_connection();
  // A little each time.
  size_t taken = 0;
  char byte = 0;
  while (Clock::now() - begin < seconds(25)) {
    ASSERT_EQ(::recv(greedy.get(), &byte, 1, 0), 1) << "it has thirty seconds";
    ++taken;
    std::this_thread::sleep_for(milliseconds(250));
  }
  while (server.sockets() > 1) {
    ASSERT_LT(Clock::now() - begin, seconds(45));
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_GE(Clock::now() - begin, seconds(30));
  EXPECT_LT(receive_all(greedy.get(), seconds(20)).size() + taken, whole);
}

TEST_F(BadClient, AnswersThatNobodyTakesAreBounded) {
  pin(kManyDevices);
  const RunningServer server;
  (void)http(kPort, "GET", "/metrics");
  const size_t memory = server.memory();
  const size_t size = http(kPort, "GET", "/metrics").body.size();
  // One by one, so that each has an answer of its own: far more than 64 MiB.
  const size_t count = 250;
  ASSERT_GT(count * size, 128U << 20U);
  std::vector<UniqueFd> greedy;
  size_t most = 0;
  for (size_t i = 0; i < count; ++i) {
    greedy.push_back(greedy_connection());
    if (i % 10 == 0) {
      EXPECT_LT(scrape(), seconds(5)) << "of " << kManyDevices << " devices";
    }
    most = std::max(most, server.memory());
  }
  EXPECT_LT(most - memory, 100U * 1024) << "KiB";
}

TEST_F(BadClient, IsRefusedAHeadOfAMegabyte) {
  pin(1);
  const RunningServer server;
  const size_t memory = server.memory();
  for (int i = 0; i < 20; ++i) {
    const UniqueFd connection = connect_to(kPort);
    send_text(connection.get(), "GET /metrics HTTP/1.1\r\nX: " + std::string(1'000'000, 'x'));
    const HttpAnswer answer = parse_http(receive_all(connection.get(), seconds(5)));
    EXPECT_THAT((std::vector<int>{0, 431}), testing::Contains(answer.status))
        << "431, or reset before it could be read";
  }
  EXPECT_LT(scrape(), seconds(1));
  EXPECT_LT(server.memory() - memory, 10U * 1024) << "KiB";
}

TEST_F(BadClient, GetsOneAnswerForManyRequests) {
  pin(1);
  const RunningServer server;
  const UniqueFd connection = connect_to(kPort);
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    requests += kGet;
  }
  send_text(connection.get(), requests);
  const std::string text = receive_all(connection.get(), seconds(5));
  EXPECT_EQ(text.find("HTTP/1.1 200 OK"), 0U);
  EXPECT_EQ(text.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(BadClient, MayGoAtAnyTime) {
  pin(100);
  const RunningServer server;
  for (size_t length = 0; length <= sizeof(kGet) - 1; ++length) {
    const UniqueFd connection = connect_to(kPort);
    // Closed with a reset, whatever is on its way.
    const linger reset = {1, 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    send_text(connection.get(), std::string(kGet).substr(0, length));
  }
  EXPECT_LT(scrape(), seconds(1));
  EXPECT_EQ(wait_for_sockets(server, 1), 1U);
}

TEST_F(BadClient, AsksFiftyTimesAtOnce) {
  pin(100);
  const RunningServer server;
  std::vector<UniqueFd> connections = silent_connections(50);
  const auto begin = Clock::now();
  for (const auto &connection : connections) {
    send_text(connection.get(), kGet);
  }
  for (const auto &connection : connections) {
    const HttpAnswer answer = parse_http(receive_all(connection.get()));
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("device=\"eth99\""));
  }
  EXPECT_LT(Clock::now() - begin, seconds(2));
}

TEST_F(BadClient, IsServedWhereFewDescriptorsAreLeft) {
  pin(1);
  RunningServer server(std::to_string(kPort), {}, {"prlimit", "--nofile=64:64", "--"});
  auto silent = silent_connections(100);
  EXPECT_LT(scrape(), seconds(2));
}

} // namespace
} // namespace xdpstats::test
