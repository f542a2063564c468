// SPDX-License-Identifier: BSD-2-Clause
#include "display/rates.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace xdpstats {
namespace {

bool any_went_back(const Counters &before, const Counters &now) {
  for (size_t action = 0; action < kActionCount; ++action) {
    if (now[action].packets < before[action].packets || now[action].bytes < before[action].bytes) {
      return true;
    }
  }
  return false;
}

ActionRates action_rates(const Counters &before, const Counters &now, double seconds) {
  ActionRates rates;
  for (size_t action = 0; action < kActionCount; ++action) {
    // Subtracted as integers, because a double cannot distinguish large counters.
    rates[action].packets =
        static_cast<double>(now[action].packets - before[action].packets) / seconds;
    rates[action].bits =
        static_cast<double>(now[action].bytes - before[action].bytes) * 8 / seconds;
  }
  return rates;
}

// A CPU that a sample does not list has counted nothing.
Counters counters_of(const std::map<uint32_t, Counters> &cpus, uint32_t cpu) {
  const auto found = cpus.find(cpu);
  return found == cpus.end() ? Counters{} : found->second;
}

} // namespace

RateTracker::Reading RateTracker::reading_of(const DeviceSample &sample) {
  Reading reading = {sample.map_id, sample.counters, {}, sample.read_at};
  if (sample.cpus) {
    for (const auto &[cpu, counters] : *sample.cpus) {
      reading.cpus.emplace(cpu, counters);
    }
  }
  return reading;
}

bool RateTracker::went_back(const Reading &before, const Reading &now) {
  return any_went_back(before.counters, now.counters) ||
         std::any_of(before.cpus.begin(), before.cpus.end(), [&now](const auto &cpu) {
           return any_went_back(cpu.second, counters_of(now.cpus, cpu.first));
         });
}

Rates RateTracker::rates_between(const Reading &before, const Reading &now, double seconds) {
  Rates rates = {action_rates(before.counters, now.counters, seconds), {}};
  for (const auto &[cpu, counters] : now.cpus) {
    rates.cpus.emplace(cpu, action_rates(counters_of(before.cpus, cpu), counters, seconds));
  }
  return rates;
}

Change RateTracker::update(const Snapshot &snapshot) {
  Change change;
  std::map<std::string, Reading> now;
  for (const auto &sample : snapshot.samples) {
    const std::string name = printable(sample.name);
    Reading reading = reading_of(sample);
    std::optional<Rates> rates;
    if (const auto before = last_.find(sample.name); before == last_.end()) {
      if (!first_) {
        change.events.push_back(name + ": counters have appeared");
      }
    } else if (before->second.map_id != sample.map_id) {
      change.events.push_back(name + ": the counters are those of another map; rates start anew");
    } else if (went_back(before->second, reading)) {
      change.events.push_back(name + ": the counters went back; rates start anew");
    } else if (const std::chrono::duration<double> elapsed =
                   sample.read_at - before->second.read_at;
               elapsed.count() > 0) {
      rates = rates_between(before->second, reading, elapsed.count());
    }
    change.rates.push_back(rates);
    now.insert_or_assign(sample.name, std::move(reading));
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
