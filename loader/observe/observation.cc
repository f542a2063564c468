// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observation.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "loader/observe/observer.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/info_writer.h"
#include "pinning/info_record.h"

namespace xdpstats {
namespace {

// A chain is rebuilt in some ten milliseconds. After so many tries somebody rebuilds it without a
// pause.
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

std::vector<uint32_t> counted_slaves(const NetdevTable &table, const Netdev &netdev) {
  std::vector<uint32_t> slaves;
  if (netdev.attach_mode == XDP_STATS_ATTACH_NATIVE) {
    for (const auto &[name, other] : table) {
      if (other.master == netdev.ifindex) {
        slaves.push_back(other.ifindex);
      }
    }
    std::sort(slaves.begin(), slaves.end());
  }
  return slaves;
}

ObserverKeys device_keys(const NetnsId &netns, const Netdev &netdev,
                         const std::vector<uint32_t> &slaves) {
  ObserverKeys keys = {observer_key(netns.cookie, netdev.ifindex)};
  for (const uint32_t slave : slaves) {
    keys.push_back(observer_key(netns.cookie, slave));
  }
  return keys;
}

Result<Observation> observe_current(ObserverCode &code, const DevicePins &pins,
                                    const std::string &device, const CountersMap &counters) {
  const auto netns = current_netns();
  if (!netns) {
    return Failure(netns.error());
  }
  auto table = read_netdevs();
  const auto named = table ? find_netdev(*table, device) : Failure(table.error());
  if (!named) {
    return Failure(named.error());
  }
  // Found by its number from here on, as it may be renamed meanwhile.
  const uint32_t ifindex = named->ifindex;
  uint64_t began = 0;
  for (int tries = 0; tries < kTries && table; ++tries) {
    const auto *before = find_by_ifindex(*table, ifindex);
    if (before == nullptr) {
      return os_failure("cannot find device '" + device + "'", ENODEV);
    }
    const Netdev netdev = before->second;
    auto slaves = counted_slaves(*table, netdev);
    auto target = find_observe_target(device, netdev);
    if (target && contains(target->map_ids, counters.id)) {
      target = failure("cannot observe '" + device + "': its XDP program counts already");
    }
    auto placed = target ? place_observer(code, pins, device, *target,
                                          device_keys(*netns, netdev, slaves), counters)
                         : Failure(target.error());
    // Read the device again; retry if its program changed while the observer was being attached.
    table = read_netdevs();
    const auto *after = table ? find_by_ifindex(*table, ifindex) : nullptr;
    const bool unchanged = after != nullptr && after->second.program_id == netdev.program_id &&
                           counted_slaves(*table, after->second) == slaves;
    if (placed && *placed != 0) {
      began = *placed;
    }
    if (unchanged && !placed) {
      return Failure(placed.error());
    }
    if (unchanged) {
      return Observation{*netns, netdev, std::move(slaves), std::move(*target), began};
    }
  }
  if (!table) {
    return Failure(table.error());
  }
  return failure("cannot observe '" + device + "': its XDP program changes all the time");
}

bool is_recorded(const xdp_stats_info &info, const Observation &observation) {
  const auto &slaves = observation.slaves;
  const size_t known = std::min<size_t>(slaves.size(), XDP_STATS_INFO_SLAVES);
  return info.mode == XDP_STATS_MODE_OBSERVE && info.ifindex == observation.netdev.ifindex &&
         is_in(info, observation.netns) && (info.flags & XDP_STATS_INFO_NOT_COUNTING) == 0 &&
         info.netdev_program_id == observation.netdev.program_id &&
         info.counted_program_id == observation.target.program_id &&
         std::equal(slaves.begin(), slaves.begin() + static_cast<std::ptrdiff_t>(known),
                    info.slaves, info.slaves + info.slave_count);
}

xdp_stats_info observation_info(const xdp_stats_info &old, const std::string &device,
                                const Observation &observation, uint32_t flags,
                                uint64_t uncovered_ns, bool restarted) {
  NewCounter counter;
  counter.mode = XDP_STATS_MODE_OBSERVE;
  counter.flags = flags | (observation.target.dispatcher ? XDP_STATS_INFO_DISPATCHER : 0U);
  counter.device = device;
  counter.netdev = observation.netdev;
  counter.attach_mode = observation.netdev.attach_mode;
  counter.program_id = observation.target.program_id;
  counter.program_name = observation.target.function;
  counter.netns = observation.netns;
  counter.build_id = observer_build_id();
  counter.uncovered_ns = uncovered_ns;
  counter.slaves = observation.slaves;
  return next_info(old, counter, restarted);
}

xdp_stats_info waiting_info(const xdp_stats_info &old, const std::string &device,
                            const NetnsId &netns, uint32_t flags, bool restarted) {
  NewCounter nobody;
  nobody.mode = XDP_STATS_MODE_OBSERVE;
  nobody.flags = flags;
  nobody.device = device;
  nobody.netns = netns;
  return next_info(old, nobody, restarted);
}

} // namespace xdpstats
