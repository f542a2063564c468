// SPDX-License-Identifier: BSD-2-Clause
// Which XDP programs run on a device now.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/netdev.h"
#include "base/result.h"
#include "loader/system/xdp_handles.h"

namespace xdpstats {

struct AttachedProgram {
  uint32_t id = 0;
  std::string name;              ///< as the kernel keeps it, cut to 15 characters
  std::vector<uint32_t> map_ids; ///< maps it uses
};

struct DeviceState {
  std::string name;
  Netdev netdev;
  /// False where the kernel does not let us look at programs (no CAP_SYS_ADMIN): only netdev is
  /// known then.
  bool inspected = false;
  /// libxdp's view of the device, and the dispatcher's components if it is one; null if no program
  /// is attached.
  XdpMultiprog multiprog;
  bool dispatcher = false;
  /// The programs in the order in which they run: a dispatcher's components, or the one that is
  /// attached.
  std::vector<AttachedProgram> programs;

  /// The program that uses this map, nullptr if there is none.
  [[nodiscard]] const AttachedProgram *program_using(uint32_t map_id) const;
};

/// Fails with code ENODEV if there is no such device in this network namespace.
[[nodiscard]] Result<DeviceState> examine_device(const std::string &name);

/// Information about a loaded program; `fd` is borrowed. Fails if it is none.
[[nodiscard]] Result<AttachedProgram> program_by_fd(int fd);

/// Information about a loaded program. Needs CAP_SYS_ADMIN; code ENOENT if it is no longer loaded.
[[nodiscard]] Result<AttachedProgram> program_by_id(uint32_t id);

/// The program's full name from its BTF where it has some, else as the kernel keeps it. `fd` is
/// borrowed.
[[nodiscard]] std::string full_program_name(int fd);

} // namespace xdpstats
