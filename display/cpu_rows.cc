// SPDX-License-Identifier: BSD-2-Clause
#include "display/cpu_rows.h"

#include <algorithm>

namespace xdpstats {
namespace {

const Rates *rates_of(const TableInput &input, size_t device) {
  return input.rates != nullptr && (*input.rates)[device] ? &*(*input.rates)[device] : nullptr;
}

double packet_rate(const CpuRow &row) {
  double packets = 0;
  if (row.numbers.rates != nullptr) {
    for (const auto &rate : *row.numbers.rates) {
      packets += rate.packets;
    }
  }
  return packets;
}

uint64_t packets(const CpuRow &row) {
  uint64_t sum = 0;
  for (const auto &record : *row.numbers.counters) {
    sum += record.packets;
  }
  return sum;
}

bool is_busier(const CpuRow &one, const CpuRow &other) {
  const double rate = packet_rate(one);
  const double other_rate = packet_rate(other);
  return rate != other_rate ? rate > other_rate : packets(one) > packets(other);
}

} // namespace

Numbers sums_of(const TableInput &input, size_t device) {
  const Rates *rates = rates_of(input, device);
  return {&input.samples[device].counters, rates != nullptr ? &rates->sums : nullptr};
}

CpuRows cpu_rows(const TableInput &input, size_t device) {
  CpuRows chosen;
  const auto &cpus = input.samples[device].cpus;
  if (!cpus) {
    return chosen;
  }
  const Rates *rates = rates_of(input, device);
  auto &rows = chosen.rows;
  for (const auto &[cpu, counters] : *cpus) {
    if (has_counted(counters)) {
      const auto found = rates != nullptr ? rates->cpus.find(cpu) : decltype(rates->cpus.end())();
      const bool known = rates != nullptr && found != rates->cpus.end();
      rows.push_back({cpu, {&counters, known ? &found->second : nullptr}});
    }
  }
  if (rows.size() > input.most_cpus) {
    chosen.left_out = rows.size() - input.most_cpus;
    std::stable_sort(rows.begin(), rows.end(), is_busier);
    rows.resize(input.most_cpus);
    std::sort(rows.begin(), rows.end(),
              [](const CpuRow &one, const CpuRow &other) { return one.cpu < other.cpu; });
  }
  return chosen;
}

} // namespace xdpstats
