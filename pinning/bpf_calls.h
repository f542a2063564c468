// SPDX-License-Identifier: BSD-2-Clause
// The bpf(2) calls that a reader makes. Not those of libbpf: to load it, with the libraries that it
// needs, takes longer than to read a device, and inside collectd its messages would be for others.
#pragma once

#include <linux/bpf.h>

#include <string>

#include "base/fd.h"

namespace xdpstats {

/// Opens what is pinned at `path`, read-only; not valid, with errno set, if that fails.
[[nodiscard]] UniqueFd open_pin(const std::string &path);

/// Each returns 0 or an errno.
[[nodiscard]] int get_map_info(int map, bpf_map_info &info);
[[nodiscard]] int lookup_element(int map, const void *key, void *value);

/// A part of a map, from `position` on, where nullptr is its begin. ENOENT: nothing is behind it.
struct MapBatch {
  const void *position = nullptr;
  void *next = nullptr; ///< becomes the position behind it; as large as a key, at least 4 bytes
  void *keys = nullptr;
  void *values = nullptr;
  __u32 count = 0; ///< how many there is room for; becomes how many were read
};
[[nodiscard]] int lookup_batch(int map, MapBatch &batch);

/// "percpu_array" for BPF_MAP_TYPE_PERCPU_ARRAY; the number if it is not known.
[[nodiscard]] std::string map_type_name(__u32 type);

} // namespace xdpstats
