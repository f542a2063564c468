// SPDX-License-Identifier: BSD-2-Clause
// Which XDP programs run on a device now. Asked of the kernel alone: libxdp reads no dispatcher
// that a newer libxdp made, and 1.3.1 leaves open what it looks at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/netdev.h"
#include "base/result.h"
#include "loader/system/program_info.h"

namespace xdpstats {

struct DeviceState {
  std::string name;
  Netdev netdev;
  /// False where the kernel does not let us look at programs (no CAP_SYS_ADMIN): only name and
  /// netdev are known then.
  bool inspected = false;
  /// The device runs libxdp's dispatcher, or another program that has components.
  bool dispatcher = false;
  /// The programs in the order in which they run: a dispatcher's components, or the one that is
  /// attached.
  std::vector<ProgramInfo> programs;

  /// The program that uses this map, nullptr if there is none.
  [[nodiscard]] const ProgramInfo *program_using(uint32_t map_id) const;
};

/// Fails with code ENODEV if there is no such device in this network namespace.
[[nodiscard]] Result<DeviceState> examine_device(const std::string &name);

} // namespace xdpstats
