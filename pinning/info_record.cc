// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/info_record.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

#include "pinning/stats_map.h"

namespace xdpstats {
namespace {

// The kernel copies the record faster than we can ask again. A writer that always disturbed us
// would have to write hundreds of thousands of times a second.
constexpr int kReadTries = 100;

} // namespace

Result<InfoMap> InfoMap::open(const std::string &path) {
  auto fd = open_pinned_map(path);
  if (!fd) {
    return Failure(fd.error());
  }
  const auto info = map_info(fd->get(), path);
  if (!info) {
    return Failure(info.error());
  }
  if (info->type != BPF_MAP_TYPE_ARRAY || info->key_size != sizeof(__u32) ||
      info->value_size != sizeof(xdp_stats_info) || info->max_entries != 1) {
    return failure("'" + path + "' is not an info map of this version of xdp-stats");
  }
  return InfoMap(std::move(*fd), path);
}

Result<xdp_stats_info> InfoMap::read() const {
  const __u32 key = 0;
  xdp_stats_info record = {};
  for (int tries = 0; tries < kReadTries; ++tries) {
    if (bpf_map_lookup_elem(fd_.get(), &key, &record) != 0) {
      return os_failure("cannot read '" + path_ + "'", errno);
    }
    if (record.generation != record.generation_end) {
      continue;
    }
    if (record.mode != XDP_STATS_MODE_NONE && record.abi != XDP_STATS_INFO_ABI) {
      return failure("'" + path_ + "' has ABI version " + std::to_string(record.abi) +
                     ", this program reads version " + std::to_string(XDP_STATS_INFO_ABI));
    }
    record.device[sizeof(record.device) - 1] = '\0';
    record.program[sizeof(record.program) - 1] = '\0';
    return record;
  }
  return failure("cannot read '" + path_ + "': it is being written all the time");
}

const char *mode_name(__u32 mode) {
  switch (mode) {
  case XDP_STATS_MODE_BUILTIN:
    return "builtin";
  case XDP_STATS_MODE_OBSERVE:
    return "observe";
  case XDP_STATS_MODE_PROGRAM:
    return "program";
  default:
    return "none";
  }
}

const char *attach_mode_name(__u32 attach_mode) {
  switch (attach_mode) {
  case XDP_STATS_ATTACH_NATIVE:
    return "native";
  case XDP_STATS_ATTACH_SKB:
    return "skb";
  case XDP_STATS_ATTACH_HW:
    return "hw";
  default:
    return "none";
  }
}

} // namespace xdpstats
