// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/settle_names.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <optional>

#include "loader/pins/device_pins.h"
#include "pinning/info_record.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

// The present name of the device that is pinned under this one; nullopt: it is not here.
std::optional<std::string> present_name(const std::string &pin_root, const std::string &pinned,
                                        const NetworkView &here) {
  // Nearly all devices have kept their name: then the record alone tells.
  const auto map = InfoMap::open(PinPath(pin_root, pinned).info_map);
  const auto info = map ? map->read() : Failure(map.error());
  if (!info || info->mode == XDP_STATS_MODE_NONE) {
    return std::nullopt;
  }
  const auto device = here.devices.find(pinned);
  if (is_in(*info, here.netns) && device != here.devices.end() &&
      device->second.ifindex == info->ifindex) {
    return pinned;
  }
  // Pins that cannot be opened are left alone here; a command that needs them reports why.
  const auto pins = DevicePins::open(pin_root, pinned);
  const auto *found = pins ? find_device_here(*pins, here) : nullptr;
  return found != nullptr ? std::optional(found->first) : std::nullopt;
}

Result<void> move_pins(const PinPath &from, const PinPath &to) {
  const bool taken = ::access(to.directory.c_str(), F_OK) == 0;
  if (::renameat2(AT_FDCWD, from.directory.c_str(), AT_FDCWD, to.directory.c_str(),
                  taken ? RENAME_EXCHANGE : RENAME_NOREPLACE) != 0) {
    return os_failure("cannot move '" + from.directory + "' to '" + to.directory + "'", errno);
  }
  return {};
}

} // namespace

Result<void> settle_names(const std::string &pin_root, const NetworkView &here) {
  const auto pinned = list_pinned_devices(pin_root);
  if (!pinned) {
    return Failure(pinned.error());
  }
  // The present name of what is pinned under each name.
  std::map<std::string, std::optional<std::string>> present;
  for (const std::string &name : *pinned) {
    present[name] = present_name(pin_root, name, here);
  }
  // Each move brings one device to its final place.
  for (const std::string &name : *pinned) {
    while (present.contains(name) && present[name] && *present[name] != name) {
      const std::string target = *present[name];
      const auto other = present.find(target);
      if (other != present.end() && other->second == target) {
        break; // two claim one device: the one that is in its place stays
      }
      if (auto moved = move_pins({pin_root, name}, {pin_root, target}); !moved) {
        return moved;
      }
      if (other == present.end()) {
        present.erase(name);
      } else {
        present[name] = other->second;
      }
      present[target] = target;
    }
  }
  return {};
}

} // namespace xdpstats
