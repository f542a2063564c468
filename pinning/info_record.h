// SPDX-License-Identifier: BSD-2-Clause
// The info record: who counts a device, since when.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/netdev.h"
#include "base/result.h"
#include "bpf/xdp_stats_info.h"

namespace xdpstats {

class InfoMap {
public:
  /// Opens the info map pinned at `path` read-only and checks its layout.
  [[nodiscard]] static Result<InfoMap> open(const std::string &path);

  /// The record as of one instant, of any ABI: what an older one did not have is 0.
  [[nodiscard]] Result<xdp_stats_info> read() const;

private:
  InfoMap(UniqueFd fd, std::string path, uint32_t value_size)
      : fd_(std::move(fd)), path_(std::move(path)), value_size_(value_size) {}

  UniqueFd fd_;
  std::string path_;
  uint32_t value_size_;
};

/// Whether the recorded device is, or was, in this network namespace. Before ABI 2 there was its
/// inode number alone.
[[nodiscard]] bool is_in(const xdp_stats_info &info, const NetnsId &netns);

/// "builtin", "observe", "program" or "none".
[[nodiscard]] const char *mode_name(__u32 mode);

/// "native", "skb", "hw" or "none".
[[nodiscard]] const char *attach_mode_name(__u32 attach_mode);

} // namespace xdpstats
