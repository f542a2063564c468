// SPDX-License-Identifier: BSD-2-Clause
// Attaching an XDP program of ours where none of ours runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "loader/attach/counting_object.h"
#include "loader/attach/device_state.h"
#include "loader/pins/device_pins.h"

namespace xdpstats {

/// How to attach; numbers of enum xdp_stats_attach_mode, kAuto leaves the choice to the kernel.
enum class AttachMode { kAuto = 0, kNative = 1, kSkb = 2, kHw = 3 };

struct AttachRequest {
  AttachMode mode = AttachMode::kAuto;
  std::optional<unsigned> priority;
  bool chain = false; ///< join the dispatcher that is there
};

struct Attachment {
  uint32_t program_id = 0;
  std::string program_name;
  Netdev netdev;             ///< the device afterwards
  bool dispatcher = false;   ///< libxdp's dispatcher runs it; false: attached directly
  uint64_t uncovered_ns = 0; ///< how long nothing counted meanwhile
};

/// Loads and attaches where nothing of ours runs yet. Nothing of anybody else's is replaced. From
/// the moment of attaching on `pins`, which the program counts into, are kept: a failure, reported
/// or thrown, does not tell whether it was attached, as the kernel's answer may be what was lost.
[[nodiscard]] Result<Attachment> attach_program(const DeviceState &state, CountingObject &object,
                                                const AttachRequest &request, DevicePins &pins);

/// Loads and attaches for as long as `link` is open: the kernel detaches when this process ends,
/// however it ends. Directly, as libxdp's dispatcher would outlive the process.
[[nodiscard]] Result<Attachment> attach_while_open(const DeviceState &state, CountingObject &object,
                                                   AttachMode mode, UniqueFd &link);

// What replacing a program shares with attaching one.

/// XDP_FLAGS_..._MODE for an enum xdp_stats_attach_mode.
[[nodiscard]] uint32_t mode_flag(uint32_t attach_mode);

/// What the kernel's refusal `code` to attach means, and the way out.
[[nodiscard]] Failure attach_failure(const DeviceState &state, int code, AttachMode mode);

[[nodiscard]] Result<void> load_object(CountingObject &object);

[[nodiscard]] Result<Attachment> attach_through_libxdp(const DeviceState &state,
                                                       CountingObject &object, AttachMode mode,
                                                       std::optional<unsigned> priority,
                                                       DevicePins &pins);

/// The device now that it runs the program of this descriptor, which is borrowed.
[[nodiscard]] Result<Attachment> attachment_now(const DeviceState &before, int program_fd);

} // namespace xdpstats
