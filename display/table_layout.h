// SPDX-License-Identifier: BSD-2-Clause
// The layouts of the table, from the shortest and widest to the longest and narrowest.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "display/grid.h"
#include "display/quantity.h"
#include "display/rates.h"
#include "formats/snapshot.h"

namespace xdpstats {

struct TableInput {
  const std::vector<DeviceSample> &samples;
  const std::vector<std::optional<Rates>> *rates; ///< one for each sample; null: none to show
  size_t name_width;                              ///< of the longest name
  /// CPUs of each device to show at most, in the stacked and the transposed layout, where samples
  /// are split over them: the busiest. A line tells how many more there are.
  size_t most_cpus = SIZE_MAX;
};

/// Whether frames of a device were lost after their verdict: its numbers have a row for them then.
[[nodiscard]] bool has_lost(const DeviceSample &sample);
[[nodiscard]] bool any_lost(const std::vector<DeviceSample> &samples);

/// kFull: device, state, who counts and since when; kShort: device and state.
enum class Description { kFull, kShort };

/// One line for each device. The actions are the columns, once for each quantity.
[[nodiscard]] Grid line_layout(const TableInput &input, const std::vector<Quantity> &quantities,
                               Description description);

/// A line for each quantity, the description in front of the first, the actions as columns.
[[nodiscard]] Grid wide_layout(const TableInput &input, const std::vector<Quantity> &quantities);

/// A heading of `width` columns, a line for each quantity and below it one for each CPU that has
/// counted something, the actions as columns.
[[nodiscard]] Grid stacked_layout(const TableInput &input, const std::vector<Quantity> &quantities,
                                  size_t width);

/// A heading of `width` columns, a line for each action and below it one for each CPU that has seen
/// it, the quantities as columns.
[[nodiscard]] Grid transposed_layout(const TableInput &input,
                                     const std::vector<Quantity> &quantities, size_t width);

} // namespace xdpstats
