// SPDX-License-Identifier: BSD-2-Clause
// An XDP program of ours on a device, held open so that it can be detached, replaced, and put back.
#pragma once

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "loader/attach/attach.h"
#include "loader/attach/chain.h"
#include "loader/attach/device_state.h"
#include "loader/attach/undo_switch.h"

namespace xdpstats {

class AttachedCounter {
public:
  /// Opens our program `id` on the device that `state` describes.
  [[nodiscard]] static Result<AttachedCounter> open(const DeviceState &state, uint32_t id);

  [[nodiscard]] uint32_t id() const { return id_; }

  /// Its place in the device's dispatcher; nullopt: it is attached directly.
  [[nodiscard]] std::optional<unsigned> priority() const;

  /// The program that is attached directly, borrowed; -1: a dispatcher runs it.
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Detaches it. The kernel makes sure that it is still the one that is attached. Fails only
  /// where the device still runs it, as far as can be seen: libxdp may fail after it is done.
  [[nodiscard]] Result<void> detach() const;

  /// Attaches it again after detach().
  [[nodiscard]] Result<void> put_back() const;

  /// Loads `object` and puts it in this program's place. Atomic for a directly attached program; a
  /// dispatcher is rebuilt, which leaves a gap that is measured. If that fails this one is put
  /// back, unless the new one may run: two of ours would count each frame twice. `pins` are kept as
  /// in attach_program(). `undo`: of this device.
  [[nodiscard]] Result<Attachment> replace_by(CountingObject &object, const AttachRequest &request,
                                              DevicePins &pins, const UndoSwitch &undo) const;

private:
  AttachedCounter(const DeviceState &state, uint32_t id) : state_(state), id_(id) {}

  [[nodiscard]] int ifindex() const { return static_cast<int>(state_.netdev.ifindex); }
  [[nodiscard]] int exchange(int old_fd, int new_fd) const;
  [[nodiscard]] Result<bool> still_runs() const;
  [[nodiscard]] Result<Attachment>
  swap_component(CountingObject &object, const AttachRequest &request, DevicePins &pins) const;

  DeviceState state_; ///< with this program on it
  uint32_t id_;
  UniqueFd fd_;                ///< of the program that is attached directly
  std::optional<Chain> chain_; ///< or the dispatcher that runs it
};

} // namespace xdpstats
