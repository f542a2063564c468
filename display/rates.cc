// SPDX-License-Identifier: BSD-2-Clause
#include "display/rates.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace xdpstats {
namespace {

bool went_back(const Counters &before, const Counters &now) {
  for (size_t action = 0; action < kActionCount; ++action) {
    if (now[action].packets < before[action].packets || now[action].bytes < before[action].bytes) {
      return true;
    }
  }
  return false;
}

Rates rates_between(const Counters &before, const Counters &now, double seconds) {
  Rates rates;
  for (size_t action = 0; action < kActionCount; ++action) {
    // Subtracted as integers, because a double cannot distinguish large counters.
    rates[action].packets =
        static_cast<double>(now[action].packets - before[action].packets) / seconds;
    rates[action].bits =
        static_cast<double>(now[action].bytes - before[action].bytes) * 8 / seconds;
  }
  return rates;
}

} // namespace

Change RateTracker::update(const Snapshot &snapshot) {
  Change change;
  std::map<std::string, Reading> now;
  for (const auto &sample : snapshot.samples) {
    const std::string name = printable(sample.name);
    std::optional<Rates> rates;
    if (const auto before = last_.find(sample.name); before == last_.end()) {
      if (!first_) {
        change.events.push_back(name + ": counters have appeared");
      }
    } else if (before->second.map_id != sample.map_id) {
      change.events.push_back(name + ": the counters are those of another map; rates start anew");
    } else if (went_back(before->second.counters, sample.counters)) {
      change.events.push_back(name + ": the counters went back; rates start anew");
    } else if (const std::chrono::duration<double> elapsed =
                   sample.read_at - before->second.read_at;
               elapsed.count() > 0) {
      rates = rates_between(before->second.counters, sample.counters, elapsed.count());
    }
    change.rates.push_back(rates);
    now.insert_or_assign(sample.name, Reading{sample.map_id, sample.counters, sample.read_at});
  }
  for (const auto &before : last_) {
    if (!now.contains(before.first)) {
      change.events.push_back(printable(before.first) + ": the counters are gone");
    }
  }
  last_ = std::move(now);
  first_ = false;
  return change;
}

} // namespace xdpstats
