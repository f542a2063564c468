// SPDX-License-Identifier: BSD-2-Clause
// What shows after many scrapes, or with many devices only.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <thread>

#include "pinning/pin_path.h"
#include "tests/server/server.h"
#include "tests/support/http_client.h"
#include "tests/support/pins.h"

namespace xdpstats::test {
namespace {

class Soak : public testing::Test {
protected:
  void TearDown() override { std::filesystem::remove_all(kDefaultPinRoot); }

  static void pin(int devices) {
    for (int i = 0; i < devices; ++i) {
      const std::string name = "eth" + std::to_string(i);
      pin_device(kDefaultPinRoot, name, {}, make_info(name));
    }
  }
  static void scrape(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_EQ(http(kPort, "GET", "/metrics").status, 200);
    }
  }
  // CPU time of children that have ended, in ns.
  static uint64_t children_time() {
    rusage usage = {};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto ns = [](const timeval &time) {
      return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 +
             static_cast<uint64_t>(time.tv_usec) * 1000;
    };
    return ns(usage.ru_utime) + ns(usage.ru_stime);
  }
};

TEST_F(Soak, NothingGrowsOverTenThousandScrapes) {
  pin(3);
  const RunningServer server;
  scrape(1000);
  // Then counters stay open.
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  scrape(1);
  const size_t descriptors = server.descriptors();
  const size_t memory = server.memory();
  scrape(10'000);
  EXPECT_EQ(server.descriptors(), descriptors);
  EXPECT_LE(server.memory(), memory + 256) << "KiB";
}

TEST_F(Soak, AScrapeCostsNoMoreThanTheCommand) {
  pin(1000);
  const std::string file = testing::TempDir() + "xdp_stats_soak.prom";
  const int times = 50;
  uint64_t before = children_time();
  for (int i = 0; i < times; ++i) {
    run_or_throw({XDP_STATS, "--format", "prometheus", "--output", file});
  }
  const uint64_t command = children_time() - before;
  const RunningServer server;
  scrape(3);
  before = server.cpu_time();
  scrape(times);
  const uint64_t scraped = server.cpu_time() - before;
  RecordProperty("command_us", std::to_string(command / times / 1000));
  RecordProperty("scrape_us", std::to_string(scraped / times / 1000));
  EXPECT_LT(static_cast<double>(scraped), 1.5 * static_cast<double>(command))
      << scraped / times / 1000 << " us a scrape, " << command / times / 1000 << " us a command";
  std::filesystem::remove(file);
}

} // namespace
} // namespace xdpstats::test
