// SPDX-License-Identifier: BSD-2-Clause
// Measuring several things on a machine that is never quiet: all of them alternately, again and
// again, so that a disturbance affects all that are compared.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace xdpstats::bench {

struct Case {
  std::string name;
  std::function<double()> measure; ///< one measurement, in the unit of its section
};

/// Median and quartiles.
struct Summary {
  double median = 0;
  double low = 0;
  double high = 0;
};

/// One number for each round. Operations combine the numbers of the same round, as these were
/// measured together.
class Series {
public:
  Series() = default;
  explicit Series(std::vector<double> values) : values_(std::move(values)) {}
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] Summary summary() const;
  [[nodiscard]] double median() const { return summary().median; }
  [[nodiscard]] Series operator+(const Series &other) const;
  [[nodiscard]] Series operator-(const Series &other) const;
  [[nodiscard]] Series operator/(const Series &other) const;
  [[nodiscard]] Series operator/(double divisor) const;

private:
  template <typename Operation>
  [[nodiscard]] Series combine(const Series &other, Operation operation) const;

  std::vector<double> values_;
};

/// The ratio of the medians of `one` and `other`, with the quartiles of the ratios of each round.
[[nodiscard]] Summary ratio(const Series &one, const Series &other);

using Measured = std::map<std::string, Series>;

/// Measures each case once in each round, alternately forwards and backwards. The first round only
/// warms up the caches and is dropped.
[[nodiscard]] Measured interleave(const std::vector<Case> &cases, unsigned rounds);

/// Nanoseconds of CPU time so far: of the calling thread, and of all children that were waited for.
[[nodiscard]] double thread_cpu_ns();
[[nodiscard]] double children_cpu_ns();

} // namespace xdpstats::bench
