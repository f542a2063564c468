// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/gone_devices.h"

#include <algorithm>

#include "base/clock.h"
#include "base/netdev.h"
#include "pinning/info_record.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// Each takes some milliseconds with the pin root locked.
constexpr size_t kAtOnce = 32;

} // namespace

Result<void> GoneDevices::find(const std::string &pin_root, const WantedDevices &wanted,
                               uint64_t now) {
  const auto pinned = list_pinned_devices(pin_root);
  if (!pinned) {
    return Failure(pinned.error());
  }
  const auto present = read_netdevs();
  if (!present) {
    return Failure(present.error());
  }
  for (const std::string &name : *pinned) {
    if (present->contains(name) || !wanted.match(name)) {
      continue;
    }
    const auto map = InfoMap::open(PinPath(pin_root, name).info_map);
    const auto info = map ? map->read() : Failure(map.error());
    if (!info || (info->flags & XDP_STATS_INFO_BY_FOLLOWER) == 0) {
      continue;
    }
    add(name, now);
    // A follower that was told to end, or that saw the device go, has recorded when that was.
    const uint64_t known = std::max(info->attached_at, info->checked_at);
    const uint64_t today = realtime_ns();
    if ((info->flags & XDP_STATS_INFO_FOLLOW) == 0 && today > known) {
      uint64_t &due = due_at_[name];
      due -= std::min(due, today - known);
    }
  }
  return {};
}

void GoneDevices::add(const std::string &name, uint64_t now) {
  due_at_[name] = now + static_cast<uint64_t>(keep_.count());
}

std::vector<std::string> GoneDevices::take_due(uint64_t now) {
  constexpr uint64_t kAgain = 60'000'000'000;
  std::vector<std::string> due;
  for (auto &[name, at] : due_at_) {
    if (at <= now && due.size() < kAtOnce) {
      due.push_back(name);
      at = now + kAgain;
    }
  }
  return due;
}

} // namespace xdpstats
