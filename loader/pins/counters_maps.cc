// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/counters_maps.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "loader/system/library_log.h"
#include "loader/system/xdp_handles.h"
#include "maps.skel.h"

namespace xdpstats {

Result<CountersMap> adopt_counters(UniqueFd fd, const std::string &path) {
  const auto info = map_info(fd.get(), path);
  if (!info) {
    return Failure(info.error());
  }
  const auto kind = check_stats_layout(*info, path);
  if (!kind) {
    return Failure(kind.error());
  }
  return CountersMap{std::move(fd), info->id, *kind};
}

Result<CreatedMaps> create_maps(MapKind kind) {
  const std::unique_ptr<maps, Closer<maps::destroy>> skeleton(maps::open());
  if (!skeleton) {
    return library_failure("cannot open the maps' BPF object", errno);
  }
  if (kind == MapKind::kShared) {
    bpf_map__set_type(skeleton->maps.xdp_stats_map, BPF_MAP_TYPE_ARRAY);
  }
  forget_library_log();
  if (const int error = maps::load(skeleton.get()); error != 0) {
    return library_failure("cannot create the counters' maps", error);
  }
  const auto duplicate = [](const bpf_map *map) {
    return UniqueFd(::fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 0));
  };
  CreatedMaps created;
  created.info = duplicate(skeleton->maps.xdp_stats_info);
  UniqueFd stats = duplicate(skeleton->maps.xdp_stats_map);
  if (!created.info.valid() || !stats.valid()) {
    return os_failure("cannot duplicate a map's descriptor", errno);
  }
  // From here on no process, root included, changes a counter by system call; programs still count.
  if (bpf_map_freeze(stats.get()) != 0) {
    return os_failure("cannot freeze the counters' map", errno);
  }
  auto owned = adopt_counters(std::move(stats), XDP_STATS_MAP_NAME);
  if (!owned) {
    return Failure(owned.error());
  }
  created.stats = std::move(*owned);
  return created;
}

} // namespace xdpstats
