// SPDX-License-Identifier: BSD-2-Clause
// The machine on which a task is swept: a veth pair, what is pinned, and who counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/frames.h"
#include "tests/support/veth.h"

namespace xdpstats::test {

/// How long a command may take: an emulated machine on a busy host is slow.
[[nodiscard]] std::chrono::seconds run_limit();

class Machine {
public:
  Machine() { renew(); }

  /// Makes the devices anew.
  void renew();

  /// The packets that are counted for "va", or pinned for it; nullopt: there are no counters.
  [[nodiscard]] std::optional<uint64_t> counted() const;

  /// How often each frame is counted that comes in now; -1: some of them are.
  [[nodiscard]] int times_counted();

  /// All frames that times_counted() has sent and found counted.
  [[nodiscard]] uint64_t certain() const { return certain_; }

  /// Takes everything away, ours and others'. What is wrong with what `--unload` leaves; empty if
  /// nothing.
  [[nodiscard]] std::string clean_up();

private:
  std::unique_ptr<VethPair> pair_;
  std::unique_ptr<LiveFrames> frames_;
  uint64_t certain_ = 0;
};

} // namespace xdpstats::test
