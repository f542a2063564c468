// SPDX-License-Identifier: BSD-2-Clause
// For how long, at most, a device's verdicts went uncounted. All times are ns of CLOCK_BOOTTIME.
#pragma once

#include <cstdint>
#include <optional>

namespace xdpstats {

class CoverageGap {
public:
  /// `covered_at`: when the device was last known to be counted, or to have nothing to count.
  explicit CoverageGap(uint64_t covered_at) : covered_at_(covered_at) {}

  /// At that time every verdict was counted, or there was none to count.
  void cover(uint64_t at);

  /// A program was announced that we do not observe. The first one begins the gap, however many
  /// follow before we look.
  void announce(uint32_t program);

  /// Verdicts go uncounted since the device was last covered, or since the program that began the
  /// gap was loaded, if that is later: the one announced, else `program`.
  void begin(uint32_t program);

  /// Counting moved to the program that decides now, and began again at that time.
  void resume(uint64_t at);

  /// The gap in ns, which ends where counting began again, else `now`. 0: it did not begin, or
  /// counting never moved and nothing was announced meanwhile.
  [[nodiscard]] uint64_t length(uint64_t now) const;

  /// The gap was recorded: every verdict is counted from here on.
  void close(uint64_t now);

  /// There is nothing to count: no verdict goes uncounted.
  void forget();

private:
  uint64_t covered_at_;
  uint32_t announced_ = 0;          // program id; 0: none
  std::optional<uint64_t> since_;   // nullopt: no gap
  std::optional<uint64_t> resumed_; // nullopt: counting did not move
};

} // namespace xdpstats
