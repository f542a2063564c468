// SPDX-License-Identifier: BSD-2-Clause
// Where the device is now whose counters are pinned. Its name tells nothing: names change, and
// another device may have it. The kernel is asked who runs the program that counts into the pinned
// map; only where no program of ours counts the record's network namespace and ifindex decide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/netdev.h"
#include "base/result.h"
#include "loader/pins/device_pins.h"
#include "loader/system/netns.h"
#include "pinning/counting_state.h"

namespace xdpstats {

struct Whereabouts {
  enum class Place {
    kNowhere,     ///< nothing was counted yet, or the device is gone for good
    kHere,        ///< in this network namespace
    kElsewhere,   ///< in another one, where we can look
    kUnreachable, ///< our program is still loaded, but no device that we can see runs it
  };
  Place place = Place::kNowhere;
  std::string name;        ///< of the device, where it is now
  Netdev netdev;           ///< likewise
  Netns netns;             ///< of kElsewhere
  uint32_t program_id = 0; ///< of kElsewhere and kUnreachable: ours, or the one that is observed
};

/// The device in this namespace, by name; nullptr if it is not here.
[[nodiscard]] const NetdevTable::value_type *find_device_here(const DevicePins &pins,
                                                              const NetworkView &here);

/// Other namespaces are looked at only if the device is not `here`.
[[nodiscard]] Result<Whereabouts> find_counted_device(const DevicePins &pins,
                                                      const NetworkView &here);

} // namespace xdpstats
