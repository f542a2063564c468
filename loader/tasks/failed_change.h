// SPDX-License-Identifier: BSD-2-Clause
// When a change of the device's XDP program fails: find out what it has left, undo what can be
// undone for certain, and say the rest.
#pragma once

#include <optional>

#include "base/result.h"
#include "loader/attach/attached_counter.h"
#include "loader/attach/counting_object.h"
#include "loader/attach/undo_switch.h"
#include "loader/tasks/counter_change.h"

namespace xdpstats {

/// What a failed change of the XDP program has left on the device.
enum class Left {
  kFormer,  ///< the former counter, or nothing where there was none
  kNothing, ///< nothing of ours any more
  kNew,     ///< the new program
  kUnknown,
};

/// Asks the kernel: an attach that is told as failed may have been done. `former`: the counter that
/// was to be replaced.
[[nodiscard]] Left what_is_left(const CounterChange &change,
                                const std::optional<AttachedCounter> &former);

/// Takes away what was attached directly. Through libxdp nothing can be taken back for certain, so
/// that stays.
[[nodiscard]] Left take_back(const UndoSwitch &undo, const Attachment &attachment,
                             const CountingObject &object,
                             const std::optional<AttachedCounter> &former);

/// Undoes the change that failed with `error`, or keeps its pins and says what stands. `record`: as
/// it was before.
[[nodiscard]] Failure failed_change(CounterChange &change,
                                    const std::optional<AttachedCounter> &former,
                                    const xdp_stats_info &record, Error error, Left left);

} // namespace xdpstats
