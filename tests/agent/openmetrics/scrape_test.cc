// SPDX-License-Identifier: BSD-2-Clause
// A real Prometheus server scrapes both text formats over loopback and is asked what it has stored.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include "base/fd.h"
#include "pinning/pin_path.h"
#include "tests/support/files.h"
#include "tests/support/pins.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

using testing::HasSubstr;

constexpr uint16_t kExporterPort = 9101;
constexpr char kServer[] = "127.0.0.1:9090";

/// Answers every request on kExporterPort with one page.
class Exporter {
public:
  Exporter(std::string page, const std::string &content_type)
      : answer_("HTTP/1.1 200 OK\r\nContent-Type: " + content_type + "\r\nContent-Length: " +
                std::to_string(page.size()) + "\r\nConnection: close\r\n\r\n" + page),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(kExporterPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (::bind(listener_.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0 ||
        ::listen(listener_.get(), 8) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot listen");
    }
    thread_ = std::thread([this] { serve(); });
  }
  Exporter(const Exporter &) = delete;
  Exporter &operator=(const Exporter &) = delete;
  ~Exporter() {
    stop_ = true;
    thread_.join();
  }

private:
  void serve() const {
    while (!stop_) {
      pollfd waiting = {listener_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 50) != 1) {
        continue;
      }
      const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::string request;
      char chunk[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t length = ::recv(client.get(), chunk, sizeof(chunk), 0);
        if (length <= 0) {
          break;
        }
        request.append(chunk, static_cast<size_t>(length));
      }
      (void)::send(client.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  std::string answer_;
  UniqueFd listener_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

struct TextFormat {
  const char *name;
  const char *content_type;
};

class Scrape : public testing::TestWithParam<TextFormat> {
protected:
  void SetUp() override {
    std::ofstream(directory_ / "prometheus.yml") << "scrape_configs:\n"
                                                    "  - job_name: xdp\n"
                                                    "    scrape_interval: 1s\n"
                                                    "    static_configs:\n"
                                                    "      - targets: ['127.0.0.1:"
                                                 << kExporterPort << "']\n";
  }
  void TearDown() override { std::filesystem::remove_all(kDefaultPinRoot); }

  // "METRIC{LABELS} => VALUE @[TIME]" for each series.
  static std::string query(const std::string &expression) {
    return run({"promtool", "query", "instant", std::string("http://") + kServer, expression}).out;
  }
  // Waits for the first scrape.
  static void wait_for_scrape(const Process &server) {
    ASSERT_TRUE(holds_in_time([] { return query("up").find("=> ") != std::string::npos; },
                              std::chrono::minutes(2)))
        << server.err();
  }

  ScratchDirectory scratch_;
  const std::filesystem::path &directory_ = scratch_.path();
};

TEST_P(Scrape, StoresExactlyWhatWasCounted) {
  const Counters primes = {
      xdp_stats_record{2, 13}, {3, 17}, {5, 19}, {7, 23}, {104'729, 6'388'469}};
  xdp_stats_info elsewhere = make_info("eth9");
  elsewhere.netns_cookie = 1;
  xdp_stats_info moved = make_info("eth0.100");
  moved.changes = 3;
  moved.uncovered_ns = 1'500'000'000;
  pin_device(kDefaultPinRoot, "eth0.100", primes, moved);
  pin_device(kDefaultPinRoot, "eth9", primes, elsewhere);
  pin_counters("/sys/fs/bpf/other", primes);
  const Exporter exporter(run_or_throw({XDP_STATS, "--format", GetParam().name, "--map",
                                        "a \"quoted\" \\ label=/sys/fs/bpf/other"}),
                          GetParam().content_type);
  const Process server({"prometheus", "--config.file", directory_ / "prometheus.yml",
                        "--storage.tsdb.path", directory_ / "data", "--web.listen-address",
                        kServer});
  wait_for_scrape(server);

  EXPECT_THAT(query("up"), HasSubstr("=> 1 @")) << "the page was understood";
  EXPECT_THAT(query("xdp_stats_packets_total{device='eth0.100',action='redirect'}"),
              HasSubstr("=> 104729 @"));
  EXPECT_THAT(query("xdp_stats_bytes_total{device='eth0.100',action='redirect'}"),
              HasSubstr("=> 6388469 @"));
  EXPECT_THAT(query("xdp_stats_bytes_total{device='a \"quoted\" \\\\ label',action='tx'}"),
              HasSubstr("=> 23 @"));
  EXPECT_THAT(query("count({__name__=~'xdp_stats_(packets|bytes)_total'})"), HasSubstr("=> 30 @"));
  EXPECT_THAT(query("xdp_stats_counting"), HasSubstr("device=\"eth0.100\""));
  EXPECT_THAT(query("count(xdp_stats_counting)"), HasSubstr("=> 1 @"));
  EXPECT_THAT(query("xdp_stats_info{device='eth0.100',mode='builtin',attach_mode='native'}"),
              HasSubstr("=> 1 @"));
  EXPECT_THAT(query("count(xdp_stats_info)"), HasSubstr("=> 2 @"));
  EXPECT_THAT(query("xdp_stats_changes_total{device='eth0.100'}"), HasSubstr("=> 3 @"));
  EXPECT_THAT(query("xdp_stats_uncovered_seconds_total{device='eth0.100'}"), HasSubstr("=> 1.5 @"));
  EXPECT_THAT(query("xdp_stats_read_errors"), HasSubstr("=> 0 @"));
  EXPECT_THAT(query("xdp_stats_build_info{version='" XDP_STATS_VERSION "'}"), HasSubstr("=> 1 @"));
  ::unlink("/sys/fs/bpf/other");
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Scrape,
    testing::Values(TextFormat{"openmetrics",
                               "application/openmetrics-text; version=1.0.0; charset=utf-8"},
                    TextFormat{"prometheus", "text/plain; version=0.0.4; charset=utf-8"}),
    [](const testing::TestParamInfo<TextFormat> &format) {
      return std::string(format.param.name);
    });

} // namespace
} // namespace xdpstats::test
