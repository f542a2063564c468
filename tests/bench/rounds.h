// SPDX-License-Identifier: BSD-2-Clause
// Measuring several things on a machine that is never quite the same: all of them in turn, again
// and again, so that what disturbs one round disturbs all that are compared.
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

/// One number for each round. Operations are round by round: of what was measured together.
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

/// `one` for each of `other`: the ratio of their medians, and the quartiles of the rounds' ratios.
[[nodiscard]] Summary ratio(const Series &one, const Series &other);

using Measured = std::map<std::string, Series>;

/// Measures each case once in every round, forwards in one and backwards in the next; a first round
/// that warms caches up is thrown away.
[[nodiscard]] Measured interleave(const std::vector<Case> &cases, unsigned rounds);

/// CPU time of the calling thread so far, and of all children that were waited for, nanoseconds.
[[nodiscard]] double thread_cpu_ns();
[[nodiscard]] double children_cpu_ns();

} // namespace xdpstats::bench
