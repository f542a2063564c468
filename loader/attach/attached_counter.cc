// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/attached_counter.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "loader/attach/dead_dispatcher.h"
#include "loader/attach/ownership.h"
#include "loader/system/library_log.h"

namespace xdpstats {

Result<AttachedCounter> AttachedCounter::open(const DeviceState &state, uint32_t id) {
  const auto cannot_open = [&state](const Error &error) {
    return Failure(Error{"cannot open the counter of '" + state.name + "': " + error.message,
                         "CAP_SYS_ADMIN is needed to be sure that nobody else's program is changed",
                         error.code});
  };
  AttachedCounter counter(state, id);
  if (!state.dispatcher) {
    auto fd = open_program(id);
    if (!fd) {
      return cannot_open(fd.error());
    }
    counter.fd_ = std::move(*fd);
    return counter;
  }
  auto chain = Chain::open(state);
  if (!chain) {
    return Failure(chain.error());
  }
  if (chain->component(id) == nullptr) {
    return os_failure("cannot find the counter of '" + state.name + "' in its chain", ENOENT);
  }
  counter.chain_ = std::move(*chain);
  return counter;
}

std::optional<unsigned> AttachedCounter::priority() const {
  return chain_ ? std::optional(xdp_program__run_prio(chain_->component(id_))) : std::nullopt;
}

// The kernel checks that `old_fd` is still attached; -1: that nothing is. Returns 0 or a negative
// errno.
int AttachedCounter::exchange(int old_fd, int new_fd) const {
  LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = old_fd);
  forget_library_log();
  const uint32_t flags = old_fd < 0 ? XDP_FLAGS_UPDATE_IF_NOEXIST : XDP_FLAGS_REPLACE;
  return bpf_xdp_attach(ifindex(), new_fd, flags | mode_flag(state_.netdev.attach_mode),
                        old_fd < 0 ? nullptr : &options);
}

Result<void> AttachedCounter::detach() const {
  forget_library_log();
  int error = 0;
  if (chain_) {
    error = xdp_program__detach(chain_->component(id_), ifindex(),
                                static_cast<xdp_attach_mode>(state_.netdev.attach_mode), 0);
  } else {
    // Not through libxdp, which would not tell the kernel which program it expects to find.
    LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = fd_.get());
    error = bpf_xdp_detach(ifindex(), XDP_FLAGS_REPLACE | mode_flag(state_.netdev.attach_mode),
                           &options);
  }
  if (error == 0) {
    return {};
  }
  const Failure refused = library_failure("cannot detach from '" + state_.name + "'", error);
  const auto runs = still_runs();
  return runs && !*runs ? Result<void>{} : refused;
}

Result<bool> AttachedCounter::still_runs() const {
  const auto now = examine_device(state_.name);
  if (!now) {
    return now.error().code == ENODEV ? Result<bool>(false) : Failure(now.error());
  }
  return !now->inspected || std::any_of(now->programs.begin(), now->programs.end(),
                                        [this](const auto &program) { return program.id == id_; });
}

Result<void> AttachedCounter::put_back() const {
  forget_library_log();
  const int error =
      chain_ ? xdp_program__attach(chain_->component(id_), ifindex(),
                                   static_cast<xdp_attach_mode>(state_.netdev.attach_mode), 0)
             : exchange(-1, fd_.get());
  return error == 0 ? Result<void>{}
                    : library_failure("cannot put the former counter of '" + state_.name + "' back",
                                      error, "nothing counts there now: run xdp-stats-load again");
}

// libxdp never changes a running dispatcher, and two of our programs in one chain would count every
// frame twice: so the old one goes first, and the time until the new one runs is the gap.
Result<Attachment> AttachedCounter::swap_component(CountingObject &object,
                                                   const AttachRequest &request,
                                                   DevicePins &pins) const {
  const uint64_t began = boot_time_ns();
  if (auto detached = detach(); !detached) {
    return Failure(detached.error());
  }
  auto attachment =
      attach_through_libxdp(state_, object, static_cast<AttachMode>(state_.netdev.attach_mode),
                            request.priority.value_or(*priority()), pins);
  if (!attachment) {
    const auto now = examine_device(state_.name);
    if (!now || our_program(*now, pins)) {
      return attachment; // it runs, or may do so
    }
    // What libxdp has left of its failure, where nobody else's program was: it is in the way.
    const bool empty = now->dispatcher && now->programs.empty() && state_.programs.size() == 1;
    if (empty && !detach_empty_dispatcher(*now)) {
      return attachment;
    }
    if (const auto back = put_back(); !back) {
      return Failure(Error{attachment.error().message + "; and " + back.error().message,
                           back.error().hint, back.error().code});
    }
    return attachment;
  }
  attachment->uncovered_ns = boot_time_ns() - began;
  return attachment;
}

Result<Attachment> AttachedCounter::replace_by(CountingObject &object, const AttachRequest &request,
                                               DevicePins &pins, const UndoSwitch &undo) const {
  if (chain_) {
    return swap_component(object, request, pins);
  }
  if (auto loaded = load_object(object); !loaded) {
    return Failure(loaded.error());
  }
  const int fd = bpf_program__fd(object.program);
  pins.keep();
  const int error = exchange(fd_.get(), fd);
  Result<Attachment> attachment =
      error == 0 ? attachment_now(state_, fd) : attach_failure(state_, error, request.mode);
  if (!attachment) {
    // It may have taken the place all the same, and count into what is no device's counters yet.
    // Whether this one is back is looked at by whoever asked.
    static_cast<void>(undo.exchange(fd, fd_.get(), mode_flag(state_.netdev.attach_mode)));
  }
  return attachment;
}

} // namespace xdpstats
