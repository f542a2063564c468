// SPDX-License-Identifier: BSD-2-Clause
// Whose verdict is the device's?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/netdev.h"
#include "base/result.h"

namespace xdpstats {

/// The BPF function whose return value is the verdict of a device.
struct ObserveTarget {
  UniqueFd program;
  uint32_t program_id = 0;
  uint32_t function_id = 0;      ///< of its main function, in the program's BTF
  std::string function;          ///< its name
  bool typed = false;            ///< the argument is declared struct xdp_md *
  bool extension = false;        ///< it is the component of a dispatcher
  uint32_t link_id = 0;          ///< of the freplace link that makes it decide; 0: there is none
  bool dispatcher = false;       ///< the device's program has components
  std::vector<uint32_t> map_ids; ///< of all programs that run on the device, where those are known
  uint64_t loaded_at = 0;        ///< when the device's program was loaded, ns of CLOCK_BOOTTIME
};

/// Finds it: the device's own program, or the one component of a libxdp dispatcher, which libxdp
/// puts in the place of the dispatcher's main function. Fails, with the reason, where there is
/// nothing that can be observed. Needs CAP_SYS_ADMIN.
[[nodiscard]] Result<ObserveTarget> find_observe_target(const std::string &device,
                                                        const Netdev &netdev);

} // namespace xdpstats
