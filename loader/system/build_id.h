// SPDX-License-Identifier: BSD-2-Clause
// Tells one build of a BPF object from another.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xdpstats {

/// FNV-1a, 64 bit: http://www.isthe.com/chongo/tech/comp/fnv/
[[nodiscard]] inline uint64_t fnv1a(const void *data, size_t size,
                                    uint64_t hash = 0xcbf29ce484222325U) {
  const auto *byte = static_cast<const unsigned char *>(data);
  for (size_t i = 0; i < size; ++i) {
    hash = (hash ^ byte[i]) * 0x100000001b3U;
  }
  return hash;
}

} // namespace xdpstats
