// SPDX-License-Identifier: BSD-2-Clause
#include "tests/faults/machine.h"

#include <filesystem>
#include <utility>

#include "pinning/pin_path.h"
#include "pinning/stats_map.h"
#include "tests/support/loader.h"
#include "tests/support/machine_state.h"
#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kFrames = 211;

} // namespace

std::chrono::seconds run_limit() { return std::chrono::seconds(in_lab() ? 600 : 60); }

void Machine::renew() {
  frames_.reset();
  pair_.reset();
  pair_ = std::make_unique<VethPair>();
  frames_ = std::make_unique<LiveFrames>("vb");
}

std::optional<uint64_t> Machine::counted() const {
  const auto map = StatsMap::open(PinPath(kDefaultPinRoot, "va").stats_map);
  const auto counters = map ? map->read() : Failure(map.error());
  if (!counters) {
    return std::nullopt;
  }
  uint64_t sum = 0;
  for (const auto &counter : *counters) {
    sum += counter.packets;
  }
  return sum;
}

int Machine::times_counted() {
  const auto before = counted();
  frames_->send(kFrames, make_frame(61));
  const auto after = counted();
  if (!before || !after) {
    return 0;
  }
  const uint64_t more = *after - *before;
  certain_ += more == kFrames ? kFrames : 0;
  return more % kFrames == 0 ? static_cast<int>(more / kFrames) : -1;
}

std::string Machine::clean_up() {
  certain_ = 0;
  std::string wrong;
  const Finished unloaded = run(loader({"--dev", "va", "--unload"}), {}, run_limit());
  if (unloaded.status != 0) {
    wrong = "--unload fails: " + unloaded.err;
  }
  // What the task had others load.
  run({"xdp-loader", "unload", "va", "--all"});
  run({"ip", "link", "set", "va", "xdp", "off"});
  for (const char *theirs : {"xdp_stats", "ip", "tc/globals", "tc", "xdp"}) {
    std::error_code ignored;
    fs::remove(std::string("/sys/fs/bpf/") + theirs, ignored);
  }
  for (const std::string &path : pinned_paths()) {
    wrong += "--unload leaves " + path + "\n";
  }
  if (wrong.empty()) {
    return {};
  }
  for (const auto &entry : fs::directory_iterator("/sys/fs/bpf")) {
    if (entry.path().extension() != ".debug") {
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
  }
  renew();
  return wrong;
}

} // namespace xdpstats::test
