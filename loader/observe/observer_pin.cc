// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observer_pin.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/clock.h"
#include "loader/system/program_info.h"

namespace xdpstats {
namespace {

Result<void> unpin(const std::string &path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return os_failure("cannot remove '" + path + "'", errno);
  }
  return {};
}

// A component that is no longer loaded runs in no dispatcher.
bool is_extension(uint32_t id) {
  const auto program = program_by_id(id);
  return program && program->type == BPF_PROG_TYPE_EXT;
}

// An observer of the same program that is pinned for another device and has room for these keys.
Result<std::optional<Observer>> find_shared(const DevicePins &pins, const ObserveTarget &target,
                                            const ObserverKeys &keys, MapKind kind) {
  const auto devices = list_pinned_devices(pins.path().root);
  if (!devices) {
    return Failure(devices.error());
  }
  for (const std::string &device : *devices) {
    const PinPath path(pins.path().root, device);
    if (path.directory == pins.path().directory) {
      continue;
    }
    // Skip what cannot be opened: whoever changes that device will report it.
    auto observer = Observer::open(path.observer);
    if (!observer || !*observer || !(*observer)->observes(target) || !(*observer)->has_room(keys)) {
      continue;
    }
    // The maps of one observer are all of one kind.
    const auto counters = StatsMap::open(path.stats_map);
    if (counters && counters->kind() == kind) {
      return observer;
    }
  }
  return std::nullopt;
}

// From both counters' maps, because a --reset may be in progress.
Result<void> remove_from(Observer &observer, const DevicePins &pins,
                         const ObserverKeys &kept = {}) {
  for (const auto *map : {&pins.stats(), &pins.staged()}) {
    if (*map) {
      if (auto removed = observer.remove((*map)->id, kept); !removed) {
        return removed;
      }
    }
  }
  return {};
}

// Whether a new observer serves the device better than the present one: counters that begin at zero
// take no place in a table where the device is alone. Both count meanwhile, each into its own map.
bool deserves_its_own(const Observer &present, const DevicePins &pins,
                      const CountersMap &counters) {
  return pins.stats() && pins.stats()->id != counters.id && present.is_alone(pins.stats()->id);
}

Result<uint64_t> stay(Observer &observer, const DevicePins &pins, const ObserverKeys &keys,
                      const CountersMap &counters) {
  const ObserverKeys counted = observer.keys_of(counters.id);
  if (std::is_permutation(keys.begin(), keys.end(), counted.begin(), counted.end())) {
    return uint64_t{0};
  }
  const ObserverKeys before = pins.stats() ? observer.keys_of(pins.stats()->id) : ObserverKeys();
  auto done = observer.add(keys, counters.fd.get());
  const uint64_t began = boot_time_ns();
  if (done) {
    done = remove_from(observer, pins, keys);
  }
  if (!done) {
    if (pins.stats()) {
      static_cast<void>(observer.add(before, pins.stats()->fd.get()));
    }
    static_cast<void>(remove_from(observer, pins, before));
    return Failure(done.error());
  }
  return began;
}

} // namespace

Result<uint64_t> place_observer(ObserverCode &code, const DevicePins &pins,
                                const std::string &device, const ObserveTarget &target,
                                const ObserverKeys &keys, const CountersMap &counters) {
  auto present = Observer::open(pins.path().observer);
  if (!present) {
    return Failure(present.error());
  }
  if (*present && (*present)->observes(target) && (*present)->has_room(keys) &&
      !deserves_its_own(**present, pins, counters)) {
    return stay(**present, pins, keys, counters);
  }
  auto shared = find_shared(pins, target, keys, counters.kind);
  if (!shared) {
    return Failure(shared.error());
  }
  auto next = *shared ? Result<Observer>(std::move(**shared))
                      : Observer::attach(code, device, target, counters);
  if (!next) {
    return Failure(next.error());
  }
  const std::string &staged = pins.path().staged_observer;
  if (auto pinned = next->pin(staged); !pinned) {
    return Failure(pinned.error());
  }
  uint64_t began = 0;
  const auto begin = [&] {
    auto added = next->add(keys, counters.fd.get());
    began = boot_time_ns();
    return added;
  };
  // Two XDP programs never see the same frame, so the new observer starts before the old one stops.
  // But a dispatcher and its component both see a frame, and so do two observers of one program:
  // then the old one stops first, and the frames in between are not counted.
  const bool nested =
      target.extension ||
      (*present && ((*present)->observes(target) || is_extension((*present)->target_program())));
  auto added = nested ? Result<void>{} : begin();
  auto suspended = added ? SuspendedObserver::suspend(pins) : Failure(added.error());
  if (suspended && nested) {
    added = begin();
  }
  if (!suspended || !added || std::rename(staged.c_str(), pins.path().observer.c_str()) != 0) {
    const int error = errno;
    static_cast<void>(remove_from(*next, pins));
    static_cast<void>(unpin(staged));
    return !suspended ? Result<uint64_t>(Failure(suspended.error()))
           : !added   ? Failure(added.error())
                      : os_failure("cannot rename '" + staged + "'", error);
  }
  suspended->forget();
  return began;
}

Result<void> withdraw_observer(const DevicePins &pins) {
  auto suspended = SuspendedObserver::suspend(pins);
  if (!suspended) {
    return Failure(suspended.error());
  }
  suspended->forget();
  return unpin(pins.path().observer);
}

Result<void> settle_interrupted_move(const DevicePins &pins) {
  auto staged = Observer::open(pins.path().staged_observer);
  if (!staged) {
    return Failure(staged.error());
  }
  if (!*staged) {
    return {};
  }
  if (auto removed = remove_from(**staged, pins); !removed) {
    return removed;
  }
  return unpin(pins.path().staged_observer);
}

Result<bool> observer_counts_into(const DevicePins &pins, uint32_t map_id) {
  const auto observer = Observer::open(pins.path().observer);
  if (!observer) {
    return Failure(observer.error());
  }
  return *observer && !(*observer)->keys_of(map_id).empty();
}

Result<SuspendedObserver> SuspendedObserver::suspend(const DevicePins &pins) {
  auto observer = Observer::open(pins.path().observer);
  if (!observer) {
    return Failure(observer.error());
  }
  SuspendedObserver suspended;
  if (!*observer || !pins.stats()) {
    return suspended;
  }
  suspended.keys_ = (*observer)->keys_of(pins.stats()->id);
  suspended.counters_ = UniqueFd(::fcntl(pins.stats()->fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!suspended.counters_.valid()) {
    return os_failure("cannot duplicate a map's descriptor", errno);
  }
  suspended.observer_ = std::make_unique<Observer>(std::move(**observer));
  if (auto removed = suspended.observer_->remove(pins.stats()->id); !removed) {
    return Failure(removed.error());
  }
  return suspended;
}

SuspendedObserver::~SuspendedObserver() {
  if (observer_) {
    static_cast<void>(observer_->add(keys_, counters_.get()));
  }
}

} // namespace xdpstats
