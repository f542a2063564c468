// SPDX-License-Identifier: BSD-2-Clause
// What xdp-stats --listen answers to those who behave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pinning/pin_path.h"
#include "tests/server/server.h"
#include "tests/support/counter.h"
#include "tests/support/frames.h"
#include "tests/support/http_client.h"
#include "tests/support/pins.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Counters kPrimes = {xdp_stats_record{2, 13}, {3, 17}, {5, 19}, {7, 23}, {11, 29}};

class Listen : public testing::Test {
protected:
  void TearDown() override { std::filesystem::remove_all(kDefaultPinRoot); }

  static void pin(const std::string &device, const Counters &counters = kPrimes) {
    pin_device(kDefaultPinRoot, device, counters, make_info(device));
  }
  static Finished xdp_stats(std::vector<std::string> args) {
    args.insert(args.begin(), XDP_STATS);
    return run(args);
  }
};

TEST_F(Listen, AnswersExactlyWhatWasCounted) {
  const VethPair veth;
  const Counter counter(open_builtin(), veth.near());
  const RunningServer server;
  LiveFrames frames(veth.far());
  uint64_t sent = 0;
  for (const uint64_t count : {100'003U, 7U, 1'009U}) {
    frames.send(count, make_frame(61));
    sent += count;
    EXPECT_THAT(http(kPort, "GET", "/metrics").body,
                AllOf(HasSubstr("\nxdp_stats_packets_total{device=\"va\",action=\"pass\"} " +
                                std::to_string(sent) + "\n"),
                      HasSubstr("\nxdp_stats_bytes_total{device=\"va\",action=\"pass\"} " +
                                std::to_string(sent * 61) + "\n")));
    const auto line = nlohmann::json::parse(http(kPort, "GET", "/json").body);
    EXPECT_EQ(line.at("actions").at("pass").at("packets"), sent);
  }
}

TEST_F(Listen, AnswersWhatTheCommandPrints) {
  Counters counters = kPrimes;
  counters[XDP_DROP] = {UINT64_MAX, UINT64_MAX - 1};
  pin("eth0.100", counters);
  pin("<img>");
  const RunningServer server;
  const HttpAnswer classic = http(kPort, "GET", "/metrics");
  EXPECT_EQ(classic.status, 200);
  EXPECT_THAT(classic.head, AllOf(HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; "
                                            "charset=utf-8\r\n"),
                                  HasSubstr("\r\nVary: Accept\r\n")));
  EXPECT_EQ(classic.body, xdp_stats({"--format=prometheus"}).out);
  EXPECT_THAT(classic.body, HasSubstr(" 18446744073709551615\n"));

  const HttpAnswer open = http(kPort, "GET", "/metrics?name[]=x",
                               "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n");
  EXPECT_THAT(open.head, HasSubstr("\r\nContent-Type: application/openmetrics-text; version=1.0.0; "
                                   "charset=utf-8\r\n"));
  EXPECT_EQ(open.body, xdp_stats({"--format=openmetrics"}).out);
  EXPECT_THAT(open.body, EndsWith("# EOF\n"));

  const HttpAnswer json = http(kPort, "GET", "/json");
  EXPECT_THAT(json.head, HasSubstr("\r\nContent-Type: application/x-ndjson\r\n"));
  std::istringstream lines(json.body);
  std::istringstream printed(xdp_stats({"--format=json"}).out);
  int devices = 0;
  for (std::string line, other; std::getline(lines, line) && std::getline(printed, other);) {
    auto one = nlohmann::json::parse(line);
    auto two = nlohmann::json::parse(other);
    one.erase("time");
    two.erase("time");
    EXPECT_EQ(one, two);
    ++devices;
  }
  EXPECT_EQ(devices, 2);
}

TEST_F(Listen, KnowsGetAndHead) {
  pin("eth0");
  const RunningServer server;
  const HttpAnswer get = http(kPort, "GET", "/metrics");
  const HttpAnswer head = http(kPort, "HEAD", "/metrics");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_THAT(head.head,
              HasSubstr("\r\nContent-Length: " + std::to_string(get.body.size()) + "\r\n"));
  for (const char *method : {"POST", "PUT", "DELETE", "OPTIONS", "BREW"}) {
    const HttpAnswer refused = http(kPort, method, "/metrics", "Content-Length: 5\r\n");
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_THAT(refused.head, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
  }
  for (const char *path : {"/nowhere", "/metrics/", "//metrics", "/../etc/passwd", "/%2e"}) {
    EXPECT_EQ(http(kPort, "GET", path).status, 404) << path;
  }
}

TEST_F(Listen, HasAPageThatTrustsNobodyElse) {
  const RunningServer server;
  const HttpAnswer page = http(kPort, "GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.head, AllOf(HasSubstr("\r\nContent-Type: text/html; charset=utf-8\r\n"),
                               HasSubstr("\r\nContent-Security-Policy: default-src 'none'; "
                                         "connect-src 'self'; "),
                               HasSubstr("; script-src 'sha256-"), Not(HasSubstr("unsafe")),
                               Not(HasSubstr("Set-Cookie"))));
  EXPECT_THAT(page.body, AllOf(StartsWith("<!doctype html>"), EndsWith("</html>\n")));
  EXPECT_EQ(http(kPort, "HEAD", "/").status, 200);
  EXPECT_EQ(http(kPort, "POST", "/").status, 405);
}

TEST_F(Listen, ShowsWhatWasChosen) {
  pin("eth0");
  pin("eth1");
  pin_counters("/sys/fs/bpf/other", kPrimes);
  const RunningServer server(std::to_string(kPort),
                             {"--dev", "eth1", "--map", "x=/sys/fs/bpf/other"});
  EXPECT_THAT(http(kPort, "GET", "/metrics").body,
              AllOf(HasSubstr("device=\"eth1\""), HasSubstr("device=\"x\""),
                    Not(HasSubstr("device=\"eth0\""))));
  ::unlink("/sys/fs/bpf/other");
}

TEST_F(Listen, TellsWhatCannotBeRead) {
  pin("eth0");
  pin("eth1");
  const std::string bad = PinPath(kDefaultPinRoot, "eth1").stats_map;
  pin_info(bad, make_info("eth1"));
  RunningServer server;
  for (int i = 0; i < 3; ++i) {
    const HttpAnswer answer = http(kPort, "GET", "/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, AllOf(HasSubstr("device=\"eth0\""), Not(HasSubstr("eth1"))));
  }
  const std::string reason = "'" + bad + "' is not a map of xdp-stats: its value size is " +
                             std::to_string(sizeof(xdp_stats_info)) + ", not 16\n";
  EXPECT_THAT(server.process().err(), EndsWith("/\nxdp-stats: " + reason)) << "told once";
  ::unlink(PinPath(kDefaultPinRoot, "eth0").stats_map.c_str());
  const HttpAnswer nothing = http(kPort, "GET", "/metrics");
  EXPECT_EQ(nothing.status, 503);
  EXPECT_EQ(nothing.body, reason);
  std::filesystem::remove_all(kDefaultPinRoot);
  const HttpAnswer empty = http(kPort, "GET", "/metrics");
  EXPECT_EQ(empty.status, 200) << "nothing is pinned, and that is no failure";
  EXPECT_THAT(empty.body, AllOf(HasSubstr("xdp_stats_build_info"), Not(HasSubstr("device="))));
}

TEST_F(Listen, EndsWellAndIgnoresSighup) {
  RunningServer server;
  server.process().signal(SIGHUP);
  EXPECT_EQ(http(kPort, "GET", "/metrics").status, 200);
  const UniqueFd silent = connect_to(kPort);
  server.process().signal(SIGTERM);
  const Finished finished = server.process().wait(std::chrono::seconds(10));
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "xdp-stats: listening on http://127.0.0.1:9973/\n")
      << "this namespace has no IPv6";
}

TEST_F(Listen, ListensOnIpv6) {
  std::ofstream("/proc/sys/net/ipv6/conf/lo/disable_ipv6") << "0\n";
  pin("eth0");
  {
    RunningServer server;
    EXPECT_EQ(server.process().err(), "xdp-stats: listening on http://127.0.0.1:9973/\n"
                                      "xdp-stats: listening on http://[::1]:9973/\n");
    for (const char *host : {"127.0.0.1", "[::1]"}) {
      EXPECT_THAT(
          run_or_throw({"curl", "-sS", "-g", std::string("http://") + host + ":9973/metrics"}),
          HasSubstr("device=\"eth0\""));
    }
  }
  {
    RunningServer server("[::]:9974");
    EXPECT_THAT(server.process().err(), HasSubstr("there is no authentication: whoever can "
                                                  "connect to [::]:9974 reads the counters\n"));
    EXPECT_EQ(http(9974, "GET", "/json").status, 200);
  }
  std::ofstream("/proc/sys/net/ipv6/conf/lo/disable_ipv6") << "1\n";
}

TEST_F(Listen, ListensOnAUnixSocket) {
  pin("eth0");
  const std::string path = testing::TempDir() + "xdp_stats." + std::to_string(::getpid());
  const auto get = [&path] {
    return run_or_throw({"curl", "-sS", "--unix-socket", path, "http://localhost/metrics"});
  };
  RunningServer server("unix:" + path);
  EXPECT_THAT(get(), HasSubstr("device=\"eth0\""));
  const Finished second = xdp_stats({"--listen", "unix:" + path});
  EXPECT_EQ(second.err,
            "xdp-stats: cannot listen on 'unix:" + path + "': Address already in use\n");
  EXPECT_EQ(second.status, 1);
  server.process().signal(SIGKILL);
  server.process().wait();
  EXPECT_TRUE(std::filesystem::exists(path)) << "left behind";
  RunningServer next("unix:" + path);
  EXPECT_THAT(get(), HasSubstr("device=\"eth0\""));
  next.process().signal(SIGTERM);
  EXPECT_EQ(next.process().wait().status, 0);
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "a file of somebody else\n";
  EXPECT_EQ(xdp_stats({"--listen", "unix:" + path}).status, 1);
  EXPECT_EQ(std::filesystem::file_size(path), 24U);
  ::unlink(path.c_str());
}

TEST_F(Listen, TakesSocketsFromSystemd) {
  pin("eth0");
  const std::string path = testing::TempDir() + "xdp_stats_s." + std::to_string(::getpid());
  RunningServer server("systemd", {},
                       {"systemd-socket-activate", "-l", "127.0.0.1:9973", "-l", path});
  EXPECT_THAT(http(kPort, "GET", "/metrics").body, HasSubstr("device=\"eth0\""));
  EXPECT_THAT(run_or_throw({"curl", "-sS", "--unix-socket", path, "http://localhost/metrics"}),
              HasSubstr("device=\"eth0\""));
  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait().status, 0);
  EXPECT_TRUE(std::filesystem::exists(path)) << "systemd's own";
  ::unlink(path.c_str());
  const Finished none = xdp_stats({"--listen", "systemd"});
  EXPECT_EQ(none.err, "xdp-stats: cannot listen on 'systemd': it passed no socket\n"
                      "hint: systemctl start xdp-stats-metrics.socket\n");
  EXPECT_EQ(none.status, 1);
}

TEST_F(Listen, RefusesWhatCannotBe) {
  const RunningServer server;
  EXPECT_EQ(xdp_stats({"--listen", "9973"}).err,
            "xdp-stats: cannot listen on '127.0.0.1:9973': Address already in use\n");
  EXPECT_EQ(xdp_stats({"--listen", "192.0.2.1:80"}).err,
            "xdp-stats: cannot listen on '192.0.2.1:80': Cannot assign requested address\n");
  const Finished bad = xdp_stats({"--listen", "example"});
  EXPECT_EQ(bad.err, "xdp-stats: --listen: 'example' is not PORT, ADDRESS:PORT, [IPV6]:PORT, "
                     "unix:PATH or systemd\nhint: xdp-stats --help\n");
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(xdp_stats({"--listen", "9974", "--format", "json"}).status, 2);
}

} // namespace
} // namespace xdpstats::test
