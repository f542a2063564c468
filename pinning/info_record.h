// SPDX-License-Identifier: BSD-2-Clause
// The info record: who counts a device, and since when.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "bpf/xdp_stats_info.h"

namespace xdpstats {

class InfoMap {
public:
  /// Opens the info map pinned at `path` read-only and checks its layout.
  [[nodiscard]] static Result<InfoMap> open(const std::string &path);

  /// The record as it was at one moment. Fails if its ABI version is not ours. An empty record
  /// (mode NONE) is not a failure.
  [[nodiscard]] Result<xdp_stats_info> read() const;

private:
  InfoMap(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::string path_;
};

/// "builtin", "observe", "program" or "none".
[[nodiscard]] const char *mode_name(__u32 mode);

/// "native", "skb", "hw" or "none".
[[nodiscard]] const char *attach_mode_name(__u32 attach_mode);

} // namespace xdpstats
