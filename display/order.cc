// SPDX-License-Identifier: BSD-2-Clause
#include "display/order.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.h"

namespace xdpstats {
namespace {

/// What a device is sorted by.
struct Weight {
  double rate = 0;
  uint64_t total = 0;
};

Weight weight_of(const DeviceSample &sample, const Rates *rates, Order order) {
  Weight weight;
  for (size_t action = 0; action < kActionCount; ++action) {
    if (order == Order::kPackets || action == XDP_DROP) {
      weight.rate += rates != nullptr ? (*rates)[action].packets : 0;
      weight.total += sample.counters[action].packets;
    }
  }
  return weight;
}

template <typename Item>
void pick(std::vector<Item> &items, const std::vector<size_t> &places, size_t count) {
  std::vector<Item> picked;
  for (size_t i = 0; i < count; ++i) {
    picked.push_back(std::move(items[places[i]]));
  }
  items = std::move(picked);
}

} // namespace

size_t arrange(const Arrangement &how, std::vector<DeviceSample> &samples,
               std::vector<std::optional<Rates>> &rates) {
  std::vector<size_t> places(samples.size());
  std::iota(places.begin(), places.end(), size_t{0});
  if (how.order) {
    std::vector<Weight> weights(samples.size());
    for (size_t i = 0; i < samples.size() && *how.order != Order::kName; ++i) {
      weights[i] =
          weight_of(samples[i], rates.empty() || !rates[i] ? nullptr : &*rates[i], *how.order);
    }
    std::stable_sort(places.begin(), places.end(), [&](size_t one, size_t other) {
      const Weight &mine = weights[one];
      const Weight &its = weights[other];
      if (mine.rate != its.rate) {
        return mine.rate > its.rate;
      }
      return mine.total != its.total ? mine.total > its.total
                                     : natural_less(samples[one].name, samples[other].name);
    });
  }
  const size_t kept = how.top == 0 ? samples.size() : std::min(how.top, samples.size());
  const size_t left_out = samples.size() - kept;
  if (!rates.empty()) {
    pick(rates, places, kept);
  }
  pick(samples, places, kept);
  return left_out;
}

} // namespace xdpstats
