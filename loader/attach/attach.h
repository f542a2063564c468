// SPDX-License-Identifier: BSD-2-Clause
// Attaching, replacing and detaching XDP programs of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "loader/attach/counting_object.h"
#include "loader/attach/device_state.h"
#include "loader/options.h"

namespace xdpstats {

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

/// Loads and attaches where nothing of ours runs yet. Nothing of anybody else's is replaced.
[[nodiscard]] Result<Attachment> attach_program(const DeviceState &state, CountingObject &object,
                                                const AttachRequest &request);

/// Loads and attaches for as long as `link` is open: the kernel detaches when this process ends,
/// however it ends. Directly, as libxdp's dispatcher would outlive the process.
[[nodiscard]] Result<Attachment> attach_while_open(const DeviceState &state, CountingObject &object,
                                                   AttachMode mode, UniqueFd &link);

/// Loads, and puts it in the place of our program `old_id`. Atomic for a directly attached program;
/// a dispatcher is rebuilt, which leaves a gap that is measured. If that fails the old program is
/// put back.
[[nodiscard]] Result<Attachment> replace_program(const DeviceState &state, uint32_t old_id,
                                                 CountingObject &object,
                                                 const AttachRequest &request);

/// Undoes replace_program: puts `old_id` in the place of `new_id` again, which `object` holds;
/// `before` is what was given to replace_program.
[[nodiscard]] Result<void> restore_program(const DeviceState &before, uint32_t old_id,
                                           const CountingObject &object, uint32_t new_id);

/// The place of a program in the device's dispatcher; nullopt: there is no dispatcher, or no such
/// program in it.
[[nodiscard]] std::optional<unsigned> program_priority(const DeviceState &state, uint32_t id);

/// Detaches our program `id`; the kernel makes sure that it is still that one.
[[nodiscard]] Result<void> detach_program(const DeviceState &state, uint32_t id);

/// Attaches our program `id` again that detach_program took out of a dispatcher's chain; `state` is
/// of before.
[[nodiscard]] Result<void> put_back_program(const DeviceState &state, uint32_t id);

} // namespace xdpstats
