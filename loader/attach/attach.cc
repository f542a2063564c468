// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/attach.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "bpf/xdp_stats_info.h"
#include "loader/system/library_log.h"
#include "pinning/stats_map.h"

namespace xdpstats {
namespace {

// One numbering for the option, the info record and libxdp.
template <int option, int recorded, int libxdp>
constexpr bool kSameNumber = option == recorded &&recorded == libxdp;
static_assert(
    kSameNumber<static_cast<int>(AttachMode::kNative), XDP_STATS_ATTACH_NATIVE, XDP_MODE_NATIVE>);
static_assert(kSameNumber<static_cast<int>(AttachMode::kSkb), XDP_STATS_ATTACH_SKB, XDP_MODE_SKB>);
static_assert(kSameNumber<static_cast<int>(AttachMode::kHw), XDP_STATS_ATTACH_HW, XDP_MODE_HW>);

Failure attach_failure(const DeviceState &state, int code, AttachMode mode) {
  std::string hint;
  switch (std::abs(code)) {
  case ERANGE:
  case EOPNOTSUPP:
    hint = mode == AttachMode::kNative
               ? "the driver cannot run this program as the device is configured (MTU " +
                     std::to_string(state.netdev.mtu) + "); lower the MTU, or use --mode skb"
               : "the device cannot run this program (MTU " + std::to_string(state.netdev.mtu) +
                     "): lower the MTU, or give the program section \"xdp.frags\"";
    break;
  case EBUSY:
  case EEXIST:
    hint = "another program was attached meanwhile, or one of another mode is there: look with "
           "xdp-stats-load --status, or ip link";
    break;
  default:
    break;
  }
  return library_failure("cannot attach to '" + state.name + "'", code, hint);
}

xdp_attach_mode choose_mode(const DeviceState &state, AttachMode mode) {
  if (mode == AttachMode::kAuto && state.netdev.program_id != 0) {
    // A second program has to run where the first does.
    return static_cast<xdp_attach_mode>(state.netdev.attach_mode);
  }
  return static_cast<xdp_attach_mode>(mode);
}

__u32 mode_flag(uint32_t attach_mode) {
  switch (attach_mode) {
  case XDP_STATS_ATTACH_NATIVE:
    return XDP_FLAGS_DRV_MODE;
  case XDP_STATS_ATTACH_SKB:
    return XDP_FLAGS_SKB_MODE;
  case XDP_STATS_ATTACH_HW:
    return XDP_FLAGS_HW_MODE;
  default:
    return 0;
  }
}

xdp_program *find_component(const DeviceState &state, uint32_t id) {
  if (!state.dispatcher) {
    xdp_program *main = xdp_multiprog__main_prog(state.multiprog.get());
    return main != nullptr && xdp_program__id(main) == id ? main : nullptr;
  }
  xdp_program *component = nullptr;
  while ((component = xdp_multiprog__next_prog(component, state.multiprog.get())) != nullptr) {
    if (xdp_program__id(component) == id) {
      return component;
    }
  }
  return nullptr;
}

std::optional<unsigned> lowest_priority(const DeviceState &state) {
  std::optional<unsigned> lowest;
  xdp_program *component = nullptr;
  while ((component = xdp_multiprog__next_prog(component, state.multiprog.get())) != nullptr) {
    const unsigned priority = xdp_program__run_prio(component);
    lowest = std::min(lowest.value_or(priority), priority);
  }
  return lowest;
}

Result<XdpProgram> create_program(CountingObject &object, std::optional<unsigned> priority) {
  LIBBPF_OPTS(xdp_program_opts, options, .obj = object.object.get(),
              .prog_name = object.program_name.c_str());
  XdpProgram program(xdp_program__create(&options));
  if (const long error = libxdp_get_error(program.get()); error != 0) {
    static_cast<void>(program.release());
    return library_failure("cannot prepare program '" + object.program_name + "'",
                           static_cast<int>(error));
  }
  // libbpf learns this from the section's name when it loads, too late for libxdp 1.3.1, which
  // builds a dispatcher without multi-buffer support then; a jumbo veth refuses that.
  const bool frags =
      std::string_view(bpf_program__section_name(object.program)).starts_with("xdp.frags");
  int error = xdp_program__set_xdp_frags_support(program.get(), frags);
  if (error == 0 && priority) {
    error = xdp_program__set_run_prio(program.get(), *priority);
  }
  if (error != 0) {
    return library_failure("cannot prepare program '" + object.program_name + "'", error);
  }
  return program;
}

Result<Attachment> describe(const DeviceState &before, int program_fd) {
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(program_fd, &info, &length) != 0) {
    return os_failure("cannot get information about the attached program", errno);
  }
  const auto table = read_netdevs();
  if (!table) {
    return Failure(table.error());
  }
  const auto netdev = table->find(before.name);
  if (netdev == table->end()) {
    return os_failure("cannot attach to '" + before.name + "'", ENODEV);
  }
  Attachment attachment;
  attachment.program_id = info.id;
  attachment.program_name = full_program_name(program_fd);
  attachment.netdev = netdev->second;
  // libxdp falls back to attaching directly without a word, and with return code 0.
  attachment.dispatcher = netdev->second.program_id != info.id && netdev->second.hw_id != info.id;
  return attachment;
}

Result<Attachment> attach_through_libxdp(const DeviceState &state, CountingObject &object,
                                         AttachMode mode, std::optional<unsigned> priority) {
  auto program = create_program(object, priority);
  if (!program) {
    return Failure(program.error());
  }
  forget_library_log();
  const int error = xdp_program__attach(program->get(), static_cast<int>(state.netdev.ifindex),
                                        choose_mode(state, mode), 0);
  if (error != 0) {
    return attach_failure(state, error, mode);
  }
  return describe(state, xdp_program__fd(program->get()));
}

// The kernel makes sure that the old one is still there.
int exchange(const DeviceState &state, int old_fd, int new_fd) {
  LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = old_fd);
  return bpf_xdp_attach(static_cast<int>(state.netdev.ifindex), new_fd,
                        XDP_FLAGS_REPLACE | mode_flag(state.netdev.attach_mode), &options);
}

Result<Attachment> swap_directly(const DeviceState &state, xdp_program *old, CountingObject &object,
                                 AttachMode mode) {
  forget_library_log();
  if (const int error = bpf_object__load(object.object.get()); error != 0) {
    return library_failure("cannot load program '" + object.program_name + "'", error);
  }
  const int fd = bpf_program__fd(object.program);
  if (const int error = exchange(state, xdp_program__fd(old), fd); error != 0) {
    return attach_failure(state, error, mode);
  }
  return describe(state, fd);
}

// libxdp never changes a running dispatcher, and two of our programs in one chain would count every
// frame twice: so the old one goes first, and the time until the new one runs is the gap.
Result<Attachment> swap_component(const DeviceState &state, xdp_program *old,
                                  CountingObject &object, const AttachRequest &request) {
  using Clock = std::chrono::steady_clock;
  const int ifindex = static_cast<int>(state.netdev.ifindex);
  const auto mode = static_cast<xdp_attach_mode>(state.netdev.attach_mode);
  const unsigned priority = request.priority.value_or(xdp_program__run_prio(old));
  const auto begin = Clock::now();
  forget_library_log();
  if (const int error = xdp_program__detach(old, ifindex, mode, 0); error != 0) {
    return library_failure("cannot detach the former counter from '" + state.name + "'", error);
  }
  auto attachment = attach_through_libxdp(
      state, object, static_cast<AttachMode>(state.netdev.attach_mode), priority);
  if (!attachment) {
    if (const int error = xdp_program__attach(old, ifindex, mode, 0); error != 0) {
      Error both = attachment.error();
      both.message += "; and the former counter could not be put back";
      both.hint = "nothing counts on '" + state.name + "' now: run xdp-stats-load again";
      return Failure(both);
    }
    return attachment;
  }
  attachment->uncovered_ns = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count());
  return attachment;
}

} // namespace

Result<Attachment> attach_program(const DeviceState &state, CountingObject &object,
                                  const AttachRequest &request) {
  std::optional<unsigned> priority = request.priority ? request.priority : object.priority;
  if (request.chain) {
    if (!state.dispatcher) {
      const std::string name = state.programs.empty() ? "" : state.programs.front().name;
      return failure("cannot chain on '" + state.name + "': its XDP program '" + name +
                         "' was not attached through libxdp's dispatcher",
                     "attach it with xdp-loader");
    }
    const unsigned first = lowest_priority(state).value_or(kBuiltinPriority + 1);
    if (!request.priority && first <= kBuiltinPriority) {
      priority = std::max(first, 1U) - 1;
    }
  }
  return attach_through_libxdp(state, object, request.mode, priority);
}

Result<Attachment> attach_while_open(const DeviceState &state, CountingObject &object,
                                     AttachMode mode, UniqueFd &link) {
  forget_library_log();
  if (const int error = bpf_object__load(object.object.get()); error != 0) {
    return library_failure("cannot load program '" + object.program_name + "'", error);
  }
  const int fd = bpf_program__fd(object.program);
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode_flag(static_cast<uint32_t>(mode)));
  link.reset(bpf_link_create(fd, static_cast<int>(state.netdev.ifindex), BPF_XDP, &options));
  if (!link.valid()) {
    return attach_failure(state, errno, mode);
  }
  return describe(state, fd);
}

Result<Attachment> replace_program(const DeviceState &state, uint32_t old_id,
                                   CountingObject &object, const AttachRequest &request) {
  xdp_program *old = find_component(state, old_id);
  if (old == nullptr) {
    return failure("cannot replace the counter of '" + state.name +
                       "': its XDP programs cannot be opened",
                   "CAP_SYS_ADMIN is needed for that");
  }
  return state.dispatcher ? swap_component(state, old, object, request)
                          : swap_directly(state, old, object, request.mode);
}

std::optional<unsigned> program_priority(const DeviceState &state, uint32_t id) {
  const xdp_program *component = state.dispatcher ? find_component(state, id) : nullptr;
  return component == nullptr ? std::nullopt : std::optional(xdp_program__run_prio(component));
}

Result<void> restore_program(const DeviceState &before, uint32_t old_id,
                             const CountingObject &object, uint32_t new_id) {
  if (before.dispatcher) {
    const auto now = examine_device(before.name);
    auto detached = now ? detach_program(*now, new_id) : Failure(now.error());
    return detached ? put_back_program(before, old_id) : detached;
  }
  const xdp_program *old = find_component(before, old_id);
  const int error = old == nullptr
                        ? -ENOENT
                        : exchange(before, bpf_program__fd(object.program), xdp_program__fd(old));
  if (error != 0) {
    return library_failure("cannot put the former counter of '" + before.name + "' back", error);
  }
  return {};
}

Result<void> detach_program(const DeviceState &state, uint32_t id) {
  xdp_program *program = find_component(state, id);
  if (program == nullptr) {
    return failure("cannot detach from '" + state.name + "': its XDP programs cannot be opened",
                   "CAP_SYS_ADMIN is needed to be sure that nobody else's program is detached");
  }
  const int ifindex = static_cast<int>(state.netdev.ifindex);
  forget_library_log();
  int error = 0;
  if (state.dispatcher) {
    error = xdp_program__detach(program, ifindex,
                                static_cast<xdp_attach_mode>(state.netdev.attach_mode), 0);
  } else {
    // Not through libxdp, which would not tell the kernel which program it expects to find.
    LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = xdp_program__fd(program));
    error =
        bpf_xdp_detach(ifindex, XDP_FLAGS_REPLACE | mode_flag(state.netdev.attach_mode), &options);
  }
  if (error != 0) {
    return library_failure("cannot detach from '" + state.name + "'", error);
  }
  return {};
}

Result<void> put_back_program(const DeviceState &state, uint32_t id) {
  xdp_program *program = find_component(state, id);
  const int error =
      program == nullptr
          ? -ENOENT
          : xdp_program__attach(program, static_cast<int>(state.netdev.ifindex),
                                static_cast<xdp_attach_mode>(state.netdev.attach_mode), 0);
  if (error != 0) {
    return library_failure("cannot put the former counter of '" + state.name + "' back", error,
                           "nothing counts there now: run xdp-stats-load again");
  }
  return {};
}

} // namespace xdpstats
