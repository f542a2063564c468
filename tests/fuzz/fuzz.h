// SPDX-License-Identifier: BSD-2-Clause
// What every harness has: the entry point that libFuzzer and replay.cc call, and how it complains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace xdpstats::fuzz {

/// Ends the process, which the fuzzer takes for a finding, unless `holds`.
inline void require(bool holds, const char *what) {
  if (!holds) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
  }
}

inline std::string_view text_of(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

} // namespace xdpstats::fuzz
