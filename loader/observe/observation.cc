// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observation.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "loader/attach/attach.h"
#include "loader/observe/observer.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/follower_lock.h"
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

uint64_t since(uint64_t begin, uint64_t now) { return now > begin ? now - begin : 0; }

// For how long, at most, the device's verdicts went uncounted before: the program that decides now
// was not there before it was loaded, and the record was true when it was written.
uint64_t uncovered_before(const xdp_stats_info &old, const Observation &observation) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return std::min(since(observation.target.loaded_at, observation.began),
                  since(old.attached_at, static_cast<uint64_t>(now_ns)));
}

// The counter of ours that runs in the device's chain gives way.
class OwnProgramDetached {
public:
  static Result<OwnProgramDetached> detach(const Transaction &transaction) {
    OwnProgramDetached detached;
    if (!transaction.own) {
      return detached;
    }
    const DeviceState &state = transaction.state;
    if (!state.dispatcher || state.programs.size() < 2) {
      return failure("cannot observe '" + state.name +
                         "': its XDP program is the one that counts already",
                     "xdp-stats-load --dev " + state.name + " --unload removes it");
    }
    if (auto done = detach_program(state, *transaction.own); !done) {
      return Failure(done.error());
    }
    detached.at_ = boot_time_ns();
    detached.transaction_ = &transaction;
    return detached;
  }
  OwnProgramDetached(OwnProgramDetached &&other) noexcept
      : transaction_(std::exchange(other.transaction_, nullptr)), at_(other.at_) {}
  OwnProgramDetached &operator=(OwnProgramDetached &&) = delete;
  OwnProgramDetached(const OwnProgramDetached &) = delete;
  OwnProgramDetached &operator=(const OwnProgramDetached &) = delete;
  // Puts it back, unless it was kept away.
  ~OwnProgramDetached() {
    if (transaction_ != nullptr) {
      static_cast<void>(put_back_program(transaction_->state, *transaction_->own));
    }
  }
  void keep() { transaction_ = nullptr; }
  [[nodiscard]] uint64_t at() const { return at_; } // ns of CLOCK_BOOTTIME, 0: there was none

private:
  OwnProgramDetached() = default;
  const Transaction *transaction_ = nullptr;
  uint64_t at_ = 0;
};

std::string at(const DevicePins &pins) { return "; counters at " + pins.path().stats_map; }

Result<void> write_flags(DevicePins &pins, uint32_t flags) {
  xdp_stats_info info = pins.info();
  if (std::exchange(info.flags, flags) == flags) {
    return {};
  }
  return pins.write_info(info);
}

// --follow of a device that is not there, or has no XDP program: the counters are, so that
// readers see that nobody counts yet.
Result<Outcome> await_program(Transaction &transaction, const Options &options, uint32_t flags) {
  DevicePins &pins = transaction.pins;
  if (auto prepared = prepare_counters(transaction, options.map_kind); !prepared) {
    return Failure(prepared.error());
  }
  auto done = withdraw_observer(pins);
  if (done) {
    done = record(transaction, waiting_record(pins.info(), transaction.state.name,
                                              transaction.netns_inode, flags, transaction.restart));
  }
  if (!done) {
    return Failure(done.error());
  }
  pins.commit();
  return Outcome{transaction.state.name + ": waiting for " +
                     (transaction.state.netdev.ifindex == 0 ? "the device" : "an XDP program") +
                     at(pins),
                 {}};
}

} // namespace

// A bond in native mode hands its program to the drivers below: there the frames come in.
Result<ObserverKeys> device_keys(const NetdevTable &table, const Netdev &netdev) {
  const auto cookie = own_netns_cookie();
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
                                    const std::string &device, const OwnedMap &counters) {
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

xdp_stats_info observation_record(const xdp_stats_info &old, const std::string &device,
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
  return next_record(old, counter, restarted);
}

xdp_stats_info waiting_record(const xdp_stats_info &old, const std::string &device,
                              uint64_t netns_inode, uint32_t flags, bool restarted) {
  NewCounter nobody;
  nobody.mode = XDP_STATS_MODE_OBSERVE;
  nobody.flags = flags;
  nobody.device = device;
  nobody.netns_inode = netns_inode;
  return next_record(old, nobody, restarted);
}

Result<Outcome> observe_device(const Options &options, Transaction &transaction) {
  const std::string &device = transaction.state.name;
  DevicePins &pins = transaction.pins;
  const bool followed = options.follow || is_followed(pins.path()).value_or(false);
  const uint32_t flags = followed ? XDP_STATS_INFO_FOLLOW : 0;
  if (options.follow && transaction.state.netdev.program_id == 0) {
    return await_program(transaction, options, flags);
  }
  auto given_way = OwnProgramDetached::detach(transaction);
  if (!given_way) {
    return Failure(given_way.error());
  }
  // Before anything is created: is there something to observe?
  if (given_way->at() == 0) {
    if (auto target = find_observe_target(device, transaction.state.netdev); !target) {
      return Failure(target.error());
    }
  }
  if (auto prepared = prepare_counters(transaction, options.map_kind); !prepared) {
    return Failure(prepared.error());
  }
  ObserverCode code;
  const auto observation = observe_current(code, pins, device, transaction.counters());
  if (!observation) {
    return Failure(observation.error());
  }
  if (observation->began == 0 && is_recorded(pins.info(), *observation)) {
    if (auto written = write_flags(pins, flags); !written) {
      return Failure(written.error());
    }
    given_way->keep();
    pins.commit();
    return Outcome{device + ": already counting (" + record_summary(pins.info()) + ")" + at(pins),
                   {}};
  }
  const bool counted_before = pins.info().attached_at != 0;
  const uint64_t uncovered = given_way->at() != 0 ? since(given_way->at(), observation->began)
                                                  : uncovered_before(pins.info(), *observation);
  if (const auto recorded =
          record(transaction,
                 observation_record(pins.info(), device, *observation, transaction.netns_inode,
                                    flags, uncovered, transaction.restart));
      !recorded) {
    // An observer that was there before goes on, with the counters of before.
    if (pins.info().mode == XDP_STATS_MODE_OBSERVE) {
      static_cast<void>(observe_current(code, pins, device, *pins.stats()));
    } else {
      static_cast<void>(withdraw_observer(pins));
    }
    return Failure(recorded.error());
  }
  given_way->keep();
  pins.commit();

  const char *verb = transaction.restart ? ": counting from zero ("
                     : counted_before    ? ": counting on with another program ("
                                         : ": counting (";
  Outcome outcome{device + verb + record_summary(pins.info()) + ")" + at(pins), {}};
  if (counted_before && !transaction.restart && uncovered != 0) {
    outcome.notes.push_back(device + ": before that nothing was counted for " +
                            duration_text(uncovered));
  }
  return outcome;
}

} // namespace xdpstats
