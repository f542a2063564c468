// SPDX-License-Identifier: BSD-2-Clause
// The observer's programs, prepared for this kernel. Finding the kernel's structures takes longer
// than everything else, and nothing is counted meanwhile. So it is done once, and every observer is
// loaded from the result.
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "loader/observe/observe_target.h"
#include "loader/pins/counters_maps.h"
#include "loader/system/xdp_handles.h"

struct observer;

namespace xdpstats {

class ObserverCode {
public:
  ObserverCode();
  ObserverCode(ObserverCode &&) noexcept;
  ObserverCode &operator=(ObserverCode &&) noexcept;
  ObserverCode(const ObserverCode &) = delete;
  ObserverCode &operator=(const ObserverCode &) = delete;
  ~ObserverCode();

  /// Does the long part now, for programs that declare their argument as `struct xdp_md *`, as
  /// nearly all do; otherwise the first attach() does. Fails where the kernel refuses tracing
  /// programs; `what` is for the message: "cannot observe".
  [[nodiscard]] Result<void> prepare(const std::string &what);

  /// Attaches an observer of no device yet, whose own counters are `counters`; the maps that it has
  /// besides are new. Its link.
  [[nodiscard]] Result<UniqueFd> attach(const std::string &device, const ObserveTarget &target,
                                        const CountersMap &counters);

private:
  struct Destroy {
    void operator()(observer *skeleton) const;
  };
  using Prepared = std::unique_ptr<observer, Destroy>;

  [[nodiscard]] static Result<Prepared> load_programs(const std::string &what, bool typed);
  [[nodiscard]] Result<const observer *> programs_for(const std::string &what, bool typed);

  // Apart, because a kernel in lockdown refuses what the untyped ones read.
  Prepared typed_;
  Prepared untyped_;
};

/// Identifies the build of the observer's programs.
[[nodiscard]] uint64_t observer_build_id();

} // namespace xdpstats
