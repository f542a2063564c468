// SPDX-License-Identifier: BSD-2-Clause
#include "loader/losses/device_losses.h"

#include <cerrno>

#include "loader/losses/losses_set.h"
#include "loader/observe/observation.h"
#include "pinning/counting_state.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// Where the device's frames come in. Empty: the device is not here.
Result<ObserverKeys> keys_now(const xdp_stats_info &info) {
  const auto here = read_network_view();
  if (!here) {
    return Failure(here.error());
  }
  const auto *device =
      is_in(info, here->netns) ? find_by_ifindex(here->devices, info.ifindex) : nullptr;
  return device == nullptr ? ObserverKeys()
                           : device_keys(here->netns, device->second,
                                         counted_slaves(here->devices, device->second));
}

Result<void> write_flag(DevicePins &pins, bool counted) {
  xdp_stats_info info = pins.info();
  const bool written = (info.flags & XDP_STATS_INFO_LOSSES) != 0;
  if (written == counted) {
    return {};
  }
  info.flags ^= XDP_STATS_INFO_LOSSES;
  return pins.write_info(info);
}

Result<void> count_losses(DevicePins &pins, bool restart) {
  // Before the pin is another map's: the former would be counted into by a set that nobody finds.
  if (restart) {
    if (auto withdrawn = withdraw_losses(pins); !withdrawn) {
      return withdrawn;
    }
  }
  const auto keys = keys_now(pins.info());
  if (!keys) {
    return Failure(keys.error());
  }
  const auto map = pins.provide_losses(restart);
  if (!map) {
    return Failure(map.error());
  }
  auto set = LossesSet::provide(pins.path().root, *map);
  return set ? set->count(*keys, *map) : Failure(set.error());
}

} // namespace

Result<void> settle_losses(DevicePins &pins, const LossesWish &wish) {
  const bool before = (pins.info().flags & XDP_STATS_INFO_LOSSES) != 0;
  if (!wish.count.value_or(before)) {
    auto withdrawn = before ? withdraw_losses(pins) : Result<void>{};
    return withdrawn ? write_flag(pins, false) : withdrawn;
  }
  if (auto counted = count_losses(pins, wish.restart); !counted) {
    static_cast<void>(write_flag(pins, false));
    return counted;
  }
  return write_flag(pins, true);
}

Result<void> withdraw_losses(const DevicePins &pins) {
  const auto map = LossesMap::open(pins.path().losses_map);
  if (!map) {
    return map.error().code == ENOENT ? Result<void>{} : Failure(map.error());
  }
  auto set = LossesSet::open(pins.path().root);
  if (!set) {
    return Failure(set.error());
  }
  return *set ? (*set)->forget(map->id()) : Result<void>{};
}

} // namespace xdpstats
