// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/losses_map.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/cpu_list.h"
#include "pinning/bpf_calls.h"
#include "pinning/stats_map.h"

namespace xdpstats {
namespace {

// The kernel's own, not in errno.h: "operation is not supported".
constexpr int kNotSupported = 524;

} // namespace

uint64_t lost_packets(const Losses &losses, uint32_t action) {
  uint64_t sum = 0;
  for (const LostFrames &lost : losses) {
    sum += lost.action == action ? lost.packets : 0;
  }
  return sum;
}

std::string loss_reason(int32_t error) {
  if (error == XDP_STATS_LOST_UNSENT) {
    return "unsent";
  }
  if (error == XDP_STATS_LOST_EXCEPTION) {
    return "exception";
  }
  if (error == -kNotSupported) {
    return "ENOTSUPP";
  }
  const char *name = ::strerrorname_np(-error);
  return name != nullptr ? name : "errno_" + std::to_string(-static_cast<int64_t>(error));
}

Result<LossesMap> LossesMap::open(const std::string &path) {
  auto fd = open_pinned_map(path);
  return fd ? adopt(std::move(*fd), path) : Failure(fd.error());
}

Result<LossesMap> LossesMap::adopt(UniqueFd fd, const std::string &name) {
  const auto info = map_info(fd.get(), name);
  if (!info) {
    return Failure(info.error());
  }
  if (info->type != BPF_MAP_TYPE_PERCPU_HASH || info->key_size != sizeof(xdp_stats_loss) ||
      info->value_size != sizeof(__u64) || info->max_entries != XDP_STATS_LOSSES_REASONS) {
    return failure("'" + name + "' is not a map of lost frames of xdp-stats");
  }
  return LossesMap(std::move(fd), info->id, name);
}

Result<Losses> LossesMap::read() const {
  const auto cpus = possible_cpu_count();
  if (!cpus) {
    return Failure(cpus.error());
  }
  std::vector<xdp_stats_loss> keys(XDP_STATS_LOSSES_REASONS);
  std::vector<__u64> values(XDP_STATS_LOSSES_REASONS * *cpus);
  __u64 next = 0;
  MapBatch batch = {nullptr, &next, keys.data(), values.data(), XDP_STATS_LOSSES_REASONS};
  const int error = lookup_batch(fd_.get(), batch);
  // There is room for all that the map can hold; the kernel says ENOENT then.
  if (error != 0 && error != ENOENT) {
    return os_failure("cannot read '" + path_ + "'", error);
  }
  Losses losses;
  for (size_t entry = 0; entry < batch.count; ++entry) {
    LostFrames lost = {keys[entry].action, keys[entry].error, 0};
    for (size_t cpu = 0; cpu < *cpus; ++cpu) {
      lost.packets += values[entry * *cpus + cpu];
    }
    // A reason that another CPU is about to count for the first time has none yet.
    if (lost.packets != 0) {
      losses.push_back(lost);
    }
  }
  std::sort(losses.begin(), losses.end(), [](const LostFrames &one, const LostFrames &other) {
    if (one.action != other.action) {
      return one.action < other.action;
    }
    return one.packets != other.packets ? one.packets > other.packets : one.error < other.error;
  });
  return losses;
}

} // namespace xdpstats
