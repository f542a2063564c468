// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/rounds.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <stdexcept>

namespace xdpstats::bench {
namespace {

// Interpolated between the two nearest values, so that a quartile of few rounds does not depend on
// a single one.
double quantile(const std::vector<double> &sorted, double part) {
  const double place = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(place));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

} // namespace

Summary Series::summary() const {
  if (values_.empty()) {
    throw std::logic_error("nothing was measured");
  }
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  return {quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75)};
}

template <typename Operation>
Series Series::combine(const Series &other, Operation operation) const {
  if (values_.size() != other.values_.size()) {
    throw std::logic_error("compared series were not measured together");
  }
  std::vector<double> combined;
  std::transform(values_.begin(), values_.end(), other.values_.begin(),
                 std::back_inserter(combined), operation);
  return Series(std::move(combined));
}

Series Series::operator+(const Series &other) const { return combine(other, std::plus<>()); }

Series Series::operator-(const Series &other) const { return combine(other, std::minus<>()); }

Series Series::operator/(const Series &other) const { return combine(other, std::divides<>()); }

Series Series::operator/(double divisor) const {
  return Series(*this) / Series(std::vector<double>(values_.size(), divisor));
}

Summary ratio(const Series &one, const Series &other) {
  Summary summary = (one / other).summary();
  summary.median = one.median() / other.median();
  return summary;
}

Measured interleave(const std::vector<Case> &cases, unsigned rounds) {
  Measured measured;
  const auto measure_one = [&measured](const Case &one, bool keep) {
    const double value = one.measure();
    if (keep) {
      measured[one.name].add(value);
    }
  };
  for (unsigned round = 0; round <= rounds; ++round) {
    if (round % 2 == 0) {
      std::for_each(cases.begin(), cases.end(),
                    [&](const Case &one) { measure_one(one, round > 0); });
    } else {
      std::for_each(cases.rbegin(), cases.rend(), [&](const Case &one) { measure_one(one, true); });
    }
  }
  return measured;
}

double thread_cpu_ns() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double children_cpu_ns() {
  rusage usage = {};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto ns = [](const timeval &time) {
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

} // namespace xdpstats::bench
