// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/info_record.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "pinning/bpf_calls.h"
#include "pinning/stats_map.h"

namespace xdpstats {
namespace {

// The kernel copies the record faster than we can ask again. A writer that always disturbed us
// would have to write hundreds of thousands of times a second.
constexpr int kReadTries = 100;

// What a reader is ready to copy of a newer record.
constexpr __u32 kLargestRecord = 65536;

// The name of a function in BTF is an identifier. Whatever else is there was not written by us, and
// people would see it on their terminals.
void clean_name(char *name) {
  for (; *name != '\0'; ++name) {
    if (*name <= ' ' || *name > '~') {
      *name = '?';
    }
  }
}

// Texts end where their field ends, and counts stay within their arrays, whoever wrote them.
void make_readable(xdp_stats_info &record) {
  record.device[sizeof(record.device) - 1] = '\0';
  record.program[sizeof(record.program) - 1] = '\0';
  clean_name(record.program);
  record.slave_count = std::min<__u32>(record.slave_count, XDP_STATS_INFO_SLAVES);
  record.chain_count = std::min<__u32>(record.chain_count, XDP_STATS_INFO_CHAIN);
  for (auto &name : record.chain) {
    name[sizeof(name) - 1] = '\0';
    clean_name(name);
  }
}

// ABI 1 was written in place.
bool is_torn(const xdp_stats_info &record) {
  return record.abi < 2 && record.generation != record.generation_end;
}

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
      info->value_size < XDP_STATS_INFO_ABI_1_SIZE || info->value_size > kLargestRecord ||
      info->max_entries != 1) {
    return failure("'" + path + "' is not an info map of xdp-stats");
  }
  return InfoMap(std::move(*fd), path, info->value_size);
}

Result<xdp_stats_info> InfoMap::read() const {
  const __u32 key = 0;
  std::vector<char> value(value_size_);
  for (int tries = 0; tries < kReadTries; ++tries) {
    if (const int error = lookup_element(fd_.get(), &key, value.data()); error != 0) {
      return os_failure("cannot read '" + path_ + "'", error);
    }
    xdp_stats_info record = {};
    std::memcpy(&record, value.data(), std::min(value.size(), sizeof(record)));
    if (is_torn(record)) {
      continue;
    }
    if (record.mode != XDP_STATS_MODE_NONE && record.abi == 0) {
      return failure("'" + path_ + "' holds no info record");
    }
    make_readable(record);
    return record;
  }
  return failure("cannot read '" + path_ + "': it is being written all the time");
}

bool is_in(const xdp_stats_info &info, const NetnsId &netns) {
  return info.netns_cookie != 0 ? info.netns_cookie == netns.cookie
                                : info.netns_inode == netns.inode;
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
