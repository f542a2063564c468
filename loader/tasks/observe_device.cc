// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/observe_device.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "loader/attach/attached_counter.h"
#include "loader/observe/observation.h"
#include "loader/observe/observer_pin.h"
#include "loader/pins/follower_lock.h"
#include "loader/pins/info_writer.h"

namespace xdpstats {
namespace {

uint64_t since(uint64_t begin, uint64_t now) { return now > begin ? now - begin : 0; }

// For how long, at most, the device's verdicts went uncounted before: not longer than since the
// program that decides now was loaded, and not longer than since the record was last known to be
// right.
uint64_t uncovered_before(const CountRequest &request, const xdp_stats_info &old,
                          const Observation &observation) {
  const uint64_t known =
      std::max<uint64_t>({old.attached_at, old.checked_at, request.covered_until});
  // What came before the first observation was not asked for.
  return known == 0 ? 0
                    : std::min(since(observation.target.loaded_at, observation.began),
                               since(known, realtime_ns()));
}

// Detaches our counter from the device's chain; puts it back unless the observer takes over.
class CounterDetached {
public:
  static Result<CounterDetached> detach(const CounterChange &change) {
    CounterDetached detached;
    if (!change.transaction.ours) {
      return detached;
    }
    const DeviceState &state = change.state;
    if (!state.dispatcher || state.programs.size() < 2) {
      return failure("cannot observe '" + state.name +
                         "': its XDP program is the one that counts already",
                     "xdp-stats-load --dev " + state.name + " --unload removes it");
    }
    auto counter = AttachedCounter::open(state, *change.transaction.ours);
    const auto done = counter ? counter->detach() : Failure(counter.error());
    if (!done) {
      return Failure(done.error());
    }
    detached.at_ = boot_time_ns();
    detached.counter_ = std::move(*counter);
    return detached;
  }
  CounterDetached(CounterDetached &&other) noexcept
      : counter_(std::exchange(other.counter_, std::nullopt)), at_(other.at_) {}
  CounterDetached &operator=(CounterDetached &&) = delete;
  CounterDetached(const CounterDetached &) = delete;
  CounterDetached &operator=(const CounterDetached &) = delete;
  // Puts it back, unless the observer has taken over.
  ~CounterDetached() {
    if (counter_) {
      static_cast<void>(counter_->put_back());
    }
  }
  void keep_away() { counter_.reset(); }
  [[nodiscard]] uint64_t at() const { return at_; } // ns of CLOCK_BOOTTIME, 0: there was none

private:
  CounterDetached() = default;
  std::optional<AttachedCounter> counter_;
  uint64_t at_ = 0;
};

std::string at(const DevicePins &pins) { return "; counters at " + pins.path().stats_map; }

Result<void> write_follow_flag(DevicePins &pins, uint32_t flag) {
  xdp_stats_info info = pins.info();
  const uint32_t flags = (info.flags & ~static_cast<__u32>(XDP_STATS_INFO_FOLLOW)) | flag;
  if (std::exchange(info.flags, flags) == flags) {
    return {};
  }
  return pins.write_info(info);
}

// --follow where there is nothing to observe yet: create the counters all the same, so that readers
// see that nobody counts yet. `wanted` is what is waited for.
Result<Outcome> await_program(CounterChange &change, const CountRequest &request, uint32_t flags,
                              const std::string &wanted) {
  DevicePins &pins = change.pins();
  if (auto prepared = prepare_counters(change, request.map_kind); !prepared) {
    return Failure(prepared.error());
  }
  auto done = withdraw_observer(pins);
  if (done) {
    done = write_info(change, waiting_info(pins.info(), change.state.name,
                                           change.transaction.here.netns, flags, change.restart));
  }
  if (!done) {
    return Failure(done.error());
  }
  pins.commit();
  return Outcome{change.state.name + ": waiting for " + wanted + at(pins), {}};
}

} // namespace

Result<Outcome> observe_device(const CountRequest &request, CounterChange &change) {
  const std::string &device = change.state.name;
  DevicePins &pins = change.pins();
  const bool followed = request.follow || is_followed(pins.path()).value_or(false);
  const uint32_t flags = followed ? kFollowedFlags : 0;
  if (request.follow && change.state.netdev.program_id == 0) {
    return await_program(change, request, flags,
                         change.state.netdev.ifindex == 0 ? "the device" : "an XDP program");
  }
  auto given_way = CounterDetached::detach(change);
  if (!given_way) {
    return Failure(given_way.error());
  }
  // A follower tells why the program cannot be observed, and waits for another one.
  const bool waits = request.follow && !change.transaction.ours;
  const std::string observable = "an XDP program that can be observed";
  // Find out whether there is something to observe before anything is created.
  if (given_way->at() == 0) {
    if (auto target = find_observe_target(device, change.state.netdev); !target) {
      return waits ? await_program(change, request, flags, observable) : Failure(target.error());
    }
  }
  if (auto prepared = prepare_counters(change, request.map_kind); !prepared) {
    return Failure(prepared.error());
  }
  ObserverCode code;
  const auto observation = observe_current(code, pins, device, change.counters());
  if (!observation) {
    return waits ? await_program(change, request, flags, observable) : Failure(observation.error());
  }
  if (observation->began == 0 && is_recorded(pins.info(), *observation)) {
    if (auto written = write_follow_flag(pins, flags); !written) {
      return Failure(written.error());
    }
    given_way->keep_away();
    pins.commit();
    return Outcome{device + ": already counting (" + info_summary(pins.info()) + ")" + at(pins),
                   {}};
  }
  const bool counted_before = pins.info().attached_at != 0;
  const uint64_t uncovered = given_way->at() != 0
                                 ? since(given_way->at(), observation->began)
                                 : uncovered_before(request, pins.info(), *observation);
  const xdp_stats_info record_before = pins.info();
  if (const auto recorded = write_info(change, observation_info(pins.info(), device, *observation,
                                                                flags, uncovered, change.restart));
      !recorded) {
    // If an observer counted before, let it count into the former counters again.
    if (record_before.mode == XDP_STATS_MODE_OBSERVE) {
      static_cast<void>(observe_current(code, pins, device, *pins.stats()));
    } else {
      static_cast<void>(withdraw_observer(pins));
    }
    undo_change(change, record_before);
    return Failure(recorded.error());
  }
  given_way->keep_away();
  pins.commit();

  const char *verb = change.restart   ? ": counting from zero ("
                     : counted_before ? ": counting on with another program ("
                                      : ": counting (";
  Outcome outcome{device + verb + info_summary(pins.info()) + ")" + at(pins), notes_of(change)};
  if (counted_before && !change.restart && uncovered != 0) {
    outcome.notes.push_back(device + ": before that nothing was counted for " +
                            duration_text(uncovered));
  }
  return outcome;
}

} // namespace xdpstats
