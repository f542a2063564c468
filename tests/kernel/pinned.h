// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <linux/bpf.h>

#include <string>

#include "base/fd.h"

namespace xdpstats::test {

/// A map that is pinned at `path`, in the private bpffs, as long as this object lives.
class PinnedMap {
public:
  PinnedMap(std::string path, bpf_map_type type, uint32_t key_size, uint32_t value_size,
            uint32_t max_entries);
  /// Pins something else by its descriptor: a program, a link.
  PinnedMap(std::string path, int fd);
  ~PinnedMap();
  PinnedMap(const PinnedMap &) = delete;
  PinnedMap &operator=(const PinnedMap &) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string &path() const { return path_; }

private:
  std::string path_;
  UniqueFd fd_;
};

} // namespace xdpstats::test
