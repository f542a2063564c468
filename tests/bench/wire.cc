// SPDX-License-Identifier: BSD-2-Clause
// Frames per second over a veth pair, with a program that counts and with one that does not. The
// seconds are CPU time of the sending thread, which also does the work of the receiving end.
// Wall-clock time would include how long the kernel waits before it ends a test run.
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <system_error>

#include "bare.skel.h"
#include "builtin_percpu.skel.h"
#include "builtin_percpu_fast.skel.h"
#include "counted_drop.skel.h"
#include "counted_drop_fast.skel.h"
#include "tests/bench/report.h"
#include "tests/bench/way.h"
#include "tests/support/frames.h"
#include "tests/support/probe.h"
#include "tests/support/veth.h"

namespace xdpstats::bench {
namespace {

constexpr unsigned kRounds = 41;
constexpr uint64_t kFrames = 200'000;

class AttachedWay {
public:
  AttachedWay(const Way &way, uint32_t ifindex)
      : loaded_(way), ifindex_(static_cast<int>(ifindex)) {
    const int error = bpf_xdp_attach(ifindex_, loaded_.program(), XDP_FLAGS_DRV_MODE, nullptr);
    if (error != 0) {
      throw std::system_error(-error, std::generic_category(), "cannot attach a program");
    }
  }
  ~AttachedWay() { bpf_xdp_detach(ifindex_, XDP_FLAGS_DRV_MODE, nullptr); }
  AttachedWay(const AttachedWay &) = delete;
  AttachedWay &operator=(const AttachedWay &) = delete;

private:
  LoadedWay loaded_;
  int ifindex_;
};

} // namespace

Report bench_wire() {
  Report report("On the wire: live frames of 60 bytes over a veth pair");
  const test::VethPair pair;
  test::LiveFrames sender(pair.far());
  const auto frame = test::make_frame(test::kSmallestFrame);
  const uint32_t receiver = test::ifindex_of(pair.near());
  const bool fast = test::has_cast_to_kern_ctx().supported;
  const std::vector<Way> ways = {
      {"empty, passes", bare__elf_bytes, "bare"},
      {"xdp-stats, passes", fast ? builtin_percpu_fast__elf_bytes : builtin_percpu__elf_bytes,
       "xdp_stats"},
      {"empty, drops", bare__elf_bytes, "bare_drop"},
      {"xdp_stats.bpf.h, drops", fast ? counted_drop_fast__elf_bytes : counted_drop__elf_bytes,
       "counted_drop"}};
  std::vector<Case> cases;
  for (const auto &way : ways) {
    cases.push_back({way.name, [&, way] {
                       const AttachedWay attached(way, receiver);
                       const double before = thread_cpu_ns();
                       sender.send(kFrames, frame);
                       return static_cast<double>(kFrames) * 1e3 / (thread_cpu_ns() - before);
                     }});
  }
  const Measured measured = interleave(cases, kRounds);
  for (const auto &one : cases) {
    report.figure(one.name, "million/s", measured.at(one.name).summary());
  }
  report.claim("built-in counter / empty program, frames/s",
               ratio(measured.at("xdp-stats, passes"), measured.at("empty, passes")),
               Bound::kAtLeast, 0.98);
  report.claim("counting drops / empty program that drops, frames/s",
               ratio(measured.at("xdp_stats.bpf.h, drops"), measured.at("empty, drops")),
               Bound::kAtLeast, 0.98);
  return report;
}

} // namespace xdpstats::bench
