// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/counters_maps.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "bpf/xdp_stats_losses.h"
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

namespace {

using Maps = std::unique_ptr<maps, Closer<maps::destroy>>;

// One map of the object, created. `prepare` is called before that.
template <typename Prepare> Result<UniqueFd> create(const char *name, Prepare prepare) {
  const Maps skeleton(maps::open());
  if (!skeleton) {
    return library_failure("cannot open the maps' BPF object", errno);
  }
  bpf_map *wanted = bpf_object__find_map_by_name(skeleton->obj, name);
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, skeleton->obj) { bpf_map__set_autocreate(map, map == wanted); }
  prepare(wanted);
  forget_library_log();
  if (const int error = maps::load(skeleton.get()); error != 0) {
    return library_failure("cannot create map '" + std::string(name) + "'", error);
  }
  UniqueFd fd(::fcntl(bpf_map__fd(wanted), F_DUPFD_CLOEXEC, 0));
  if (!fd.valid()) {
    return os_failure("cannot duplicate a map's descriptor", errno);
  }
  return fd;
}

} // namespace

Result<CountersMap> create_counters(MapKind kind) {
  auto fd = create(XDP_STATS_MAP_NAME, [kind](bpf_map *map) {
    if (kind == MapKind::kShared) {
      bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);
    }
  });
  if (!fd) {
    return Failure(fd.error());
  }
  // From here on no process, root included, changes a counter by system call; programs still count.
  if (bpf_map_freeze(fd->get()) != 0) {
    return os_failure("cannot freeze the counters' map", errno);
  }
  return adopt_counters(std::move(*fd), XDP_STATS_MAP_NAME);
}

Result<UniqueFd> create_losses_map() {
  auto fd = create(XDP_STATS_LOSSES_NAME, [](bpf_map *) {});
  if (fd && bpf_map_freeze(fd->get()) != 0) {
    return os_failure("cannot freeze the map of lost frames", errno);
  }
  return fd;
}

Result<UniqueFd> create_info_map(const xdp_stats_info &info) {
  auto fd = create(XDP_STATS_INFO_NAME, [](bpf_map *) {});
  if (!fd) {
    return fd;
  }
  const __u32 key = 0;
  if (bpf_map_update_elem(fd->get(), &key, &info, BPF_ANY) != 0) {
    return os_failure("cannot write the info record", errno);
  }
  if (bpf_map_freeze(fd->get()) != 0) {
    return os_failure("cannot freeze the info record", errno);
  }
  return fd;
}

} // namespace xdpstats
