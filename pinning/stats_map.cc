// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/stats_map.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/cpu_list.h"
#include "pinning/bpf_calls.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// BPF_OBJ_GET also opens programs, and the info call succeeds for both: only the name of its
// anonymous inode, which the link under /proc shows, distinguishes a map from a program.
// bpf_map_get_next_key would not help, as it needs a map that may be read.
std::string descriptor_type(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  char target[64];
  const ssize_t length = ::readlink(link.c_str(), target, sizeof(target));
  return length < 0 ? std::string() : std::string(target, static_cast<size_t>(length));
}

} // namespace

bool has_counted(const xdp_stats_record &record) {
  return record.packets != 0 || record.bytes != 0;
}

bool has_counted(const Counters &counters) {
  return std::any_of(counters.begin(), counters.end(),
                     [](const xdp_stats_record &record) { return has_counted(record); });
}

Counters sum_over_cpus(const xdp_stats_record *values, size_t cpus) {
  Counters sums = {};
  for (auto &sum : sums) {
    for (size_t cpu = 0; cpu < cpus; ++cpu, ++values) {
      sum.packets += values->packets;
      sum.bytes += values->bytes;
    }
  }
  return sums;
}

Result<UniqueFd> open_pinned_map(const std::string &path) {
  UniqueFd fd = open_pin(path);
  if (!fd.valid()) {
    const int error = errno;
    // For a plain file the kernel returns EACCES, for a link that is opened read-only EINVAL.
    if (auto bpffs = check_bpffs(path); !bpffs && bpffs.error().code == 0) {
      return Failure(bpffs.error());
    }
    if (error == EINVAL) {
      return failure("'" + path + "' is not a BPF map");
    }
    return os_failure("cannot open '" + path + "'", error, refusal_hint(error, path));
  }
  return fd;
}

Result<bpf_map_info> map_info(int fd, const std::string &path) {
  bpf_map_info info = {};
  if (const int error = get_map_info(fd, info); error != 0) {
    return os_failure("cannot get information about '" + path + "'", error);
  }
  // If this is a program, half of its hash is in the place of the key size. Ask only if the key
  // size is wrong, as that takes as long as reading the counters.
  if (info.key_size != sizeof(__u32) && descriptor_type(fd) != "anon_inode:bpf-map") {
    return failure("'" + path + "' is not a BPF map");
  }
  return info;
}

Result<MapKind> check_stats_layout(const bpf_map_info &info, const std::string &path) {
  const auto wrong = [&path](const char *what, uint32_t is, const std::string &wanted) {
    return failure("'" + path + "' is not a map of xdp-stats: its " + what + " is " +
                   std::to_string(is) + ", not " + wanted);
  };
  if (info.type != BPF_MAP_TYPE_PERCPU_ARRAY && info.type != BPF_MAP_TYPE_ARRAY) {
    return failure("'" + path + "' is not a map of xdp-stats: its type is " +
                   map_type_name(info.type) + ", not percpu_array or array");
  }
  if (info.key_size != sizeof(__u32)) {
    return wrong("key size", info.key_size, "4");
  }
  if (info.value_size != sizeof(xdp_stats_record)) {
    return wrong("value size", info.value_size, std::to_string(sizeof(xdp_stats_record)));
  }
  if (info.max_entries < kActionCount) {
    return wrong("number of entries", info.max_entries, std::to_string(kActionCount) + " or more");
  }
  return info.type == BPF_MAP_TYPE_ARRAY ? MapKind::kShared : MapKind::kPerCpu;
}

StatsMap::StatsMap(UniqueFd fd, MapKind kind, uint32_t id, std::string path)
    : fd_(std::move(fd)), kind_(kind), id_(id), path_(std::move(path)) {}

Result<StatsMap> StatsMap::open(const std::string &path) {
  auto fd = open_pinned_map(path);
  if (!fd) {
    return Failure(fd.error());
  }
  return adopt(std::move(*fd), path);
}

Result<StatsMap> StatsMap::adopt(UniqueFd fd, const std::string &name) {
  const auto info = map_info(fd.get(), name);
  if (!info) {
    return Failure(info.error());
  }
  const auto kind = check_stats_layout(*info, name);
  if (!kind) {
    return Failure(kind.error());
  }
  return StatsMap(std::move(fd), *kind, info->id, name);
}

Result<Counters> StatsMap::read() const {
  size_t cpus = 1;
  if (kind_ == MapKind::kPerCpu) {
    const auto possible = possible_cpu_count();
    if (!possible) {
      return Failure(possible.error());
    }
    cpus = *possible;
  }
  const auto values = read_values(cpus);
  if (!values) {
    return Failure(values.error());
  }
  return sum_over_cpus(values->data(), cpus);
}

Result<SplitCounters> StatsMap::read_split(const std::vector<uint32_t> &possible) const {
  const size_t cpus = kind_ == MapKind::kPerCpu ? possible.size() : 1;
  const auto values = read_values(cpus);
  if (!values) {
    return Failure(values.error());
  }
  SplitCounters split = {sum_over_cpus(values->data(), cpus), std::nullopt};
  if (kind_ == MapKind::kPerCpu) {
    auto &all = split.cpus.emplace(cpus);
    for (size_t index = 0; index < cpus; ++index) {
      // The kernel leaves out the numbers that no CPU can have.
      all[index].cpu = possible[index];
      for (size_t action = 0; action < kActionCount; ++action) {
        all[index].counters[action] = (*values)[action * cpus + index];
      }
    }
  }
  return split;
}

Result<std::vector<xdp_stats_record>> StatsMap::read_values(size_t cpus) const {
  std::vector<xdp_stats_record> values(kActionCount * cpus);
  std::array<__u32, kActionCount> keys = {};
  __u32 next = 0;
  MapBatch batch = {nullptr, &next, keys.data(), values.data(), kActionCount};
  const int error = lookup_batch(fd_.get(), batch);
  // A map of exactly five entries returns all five with ENOENT, which means: "there are no more".
  if (error == 0 || (error == ENOENT && batch.count == kActionCount)) {
    return values;
  }
  // Kernels before 5.13 return ENOTSUPP (524, which is not in errno.h) for a PERCPU_ARRAY.
  for (__u32 action = 0; action < kActionCount; ++action) {
    const int failed = lookup_element(fd_.get(), &action, &values[action * cpus]);
    if (failed != 0) {
      return os_failure("cannot read '" + path_ + "'", failed);
    }
  }
  return values;
}

} // namespace xdpstats
