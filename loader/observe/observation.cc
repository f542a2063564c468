// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observation.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "loader/observe/observer.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/info_writer.h"

namespace xdpstats {
namespace {

// A chain is rebuilt in some ten milliseconds; who rebuilds it more often than we can look?
constexpr int kTries = 20;

Result<Netdev> find_netdev(const NetdevTable &table, const std::string &device) {
  const auto found = table.find(device);
  if (found == table.end()) {
    return os_failure("cannot find device '" + device + "'", ENODEV);
  }
  return found->second;
}

bool contains(const std::vector<uint32_t> &ids, uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

// A bond in native mode hands its program to the drivers below: there the frames come in.
Result<ObserverKeys> device_keys(const NetdevTable &table, const Netdev &netdev) {
  const auto cookie = current_netns_cookie();
  if (!cookie) {
    return Failure(cookie.error());
  }
  ObserverKeys keys = {observer_key(*cookie, netdev.ifindex)};
  if (netdev.attach_mode == XDP_STATS_ATTACH_NATIVE) {
    for (const auto &[name, other] : table) {
      if (other.master == netdev.ifindex) {
        keys.push_back(observer_key(*cookie, other.ifindex));
      }
    }
  }
  return keys;
}

Result<Observation> observe_current(ObserverCode &code, const DevicePins &pins,
                                    const std::string &device, const CountersMap &counters) {
  auto table = read_netdevs();
  uint64_t began = 0;
  for (int tries = 0; tries < kTries && table; ++tries) {
    const auto netdev = find_netdev(*table, device);
    if (!netdev) {
      return Failure(netdev.error());
    }
    const auto keys = device_keys(*table, *netdev);
    if (!keys) {
      return Failure(keys.error());
    }
    auto target = find_observe_target(device, *netdev);
    if (target && contains(target->map_ids, counters.id)) {
      target = failure("cannot observe '" + device + "': its XDP program counts already");
    }
    auto placed = target ? place_observer(code, pins, device, *target, *keys, counters)
                         : Failure(target.error());
    // Only what was true before and after is true: the program may have been replaced meanwhile.
    table = read_netdevs();
    const auto after = table ? find_netdev(*table, device) : Failure(table.error());
    const bool unchanged =
        after && after->ifindex == netdev->ifindex && after->program_id == netdev->program_id;
    if (placed && *placed != 0) {
      began = *placed;
    }
    if (unchanged && !placed) {
      return Failure(placed.error());
    }
    if (unchanged) {
      return Observation{*netdev, std::move(*target), began};
    }
  }
  if (!table) {
    return Failure(table.error());
  }
  return failure("cannot observe '" + device + "': its XDP program changes all the time");
}

bool is_recorded(const xdp_stats_info &info, const Observation &observation) {
  return info.mode == XDP_STATS_MODE_OBSERVE && info.ifindex == observation.netdev.ifindex &&
         info.netdev_program_id == observation.netdev.program_id &&
         info.counted_program_id == observation.target.program_id;
}

xdp_stats_info observation_info(const xdp_stats_info &old, const std::string &device,
                                const Observation &observation, uint64_t netns_inode,
                                uint32_t flags, uint64_t uncovered_ns, bool restarted) {
  NewCounter counter;
  counter.mode = XDP_STATS_MODE_OBSERVE;
  counter.flags = flags;
  counter.device = device;
  counter.netdev = observation.netdev;
  counter.attach_mode = observation.netdev.attach_mode;
  counter.program_id = observation.target.program_id;
  counter.program_name = observation.target.function;
  counter.netns_inode = netns_inode;
  counter.build_id = observer_build_id();
  counter.uncovered_ns = uncovered_ns;
  return next_info(old, counter, restarted);
}

xdp_stats_info waiting_info(const xdp_stats_info &old, const std::string &device,
                            uint64_t netns_inode, uint32_t flags, bool restarted) {
  NewCounter nobody;
  nobody.mode = XDP_STATS_MODE_OBSERVE;
  nobody.flags = flags;
  nobody.device = device;
  nobody.netns_inode = netns_inode;
  return next_info(old, nobody, restarted);
}

} // namespace xdpstats
