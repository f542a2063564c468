// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/attach.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "bpf/xdp_stats_info.h"
#include "loader/attach/chain.h"
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

xdp_attach_mode choose_mode(const DeviceState &state, AttachMode mode) {
  if (mode == AttachMode::kAuto && state.netdev.program_id != 0) {
    // A second program has to run where the first does.
    return static_cast<xdp_attach_mode>(state.netdev.attach_mode);
  }
  return static_cast<xdp_attach_mode>(mode);
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

} // namespace

uint32_t mode_flag(uint32_t attach_mode) {
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
  case E2BIG:
    hint = "libxdp's dispatcher is full: it runs at most 10 programs; take one out with xdp-loader";
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

Result<void> load_object(CountingObject &object) {
  forget_library_log();
  const int error = bpf_object__load(object.object.get());
  return error == 0 ? Result<void>{}
                    : library_failure("cannot load program '" + object.program_name + "'", error);
}

Result<Attachment> attachment_now(const DeviceState &before, int program_fd) {
  const auto program = program_by_fd(program_fd);
  if (!program) {
    return Failure(program.error());
  }
  const auto netdev = read_netdev(before.netdev.ifindex);
  if (!netdev) {
    return Failure(netdev.error());
  }
  if (!*netdev) {
    return os_failure("cannot attach to '" + before.name + "'", ENODEV);
  }
  Attachment attachment;
  attachment.program_id = program->id;
  attachment.program_name = full_program_name(*program);
  attachment.netdev = (*netdev)->netdev;
  // libxdp falls back to attaching directly without a word, and with return code 0.
  attachment.dispatcher =
      attachment.netdev.program_id != program->id && attachment.netdev.hw_id != program->id;
  return attachment;
}

Result<Attachment> attach_through_libxdp(const DeviceState &state, CountingObject &object,
                                         AttachMode mode, std::optional<unsigned> priority,
                                         DevicePins &pins) {
  auto program = create_program(object, priority);
  if (!program) {
    return Failure(program.error());
  }
  forget_library_log();
  pins.keep();
  const int error = xdp_program__attach(program->get(), static_cast<int>(state.netdev.ifindex),
                                        choose_mode(state, mode), 0);
  if (error != 0) {
    return attach_failure(state, error, mode);
  }
  return attachment_now(state, xdp_program__fd(program->get()));
}

Result<Attachment> attach_program(const DeviceState &state, CountingObject &object,
                                  const AttachRequest &request, DevicePins &pins) {
  std::optional<unsigned> priority = request.priority ? request.priority : object.priority;
  if (request.chain) {
    if (!state.dispatcher) {
      const ProgramInfo program = state.programs.empty() ? ProgramInfo{} : state.programs.front();
      return failure("cannot chain on '" + state.name + "': its XDP program '" + program.name +
                         "' was not attached through libxdp's dispatcher",
                     program.has_types() ? "attach it with xdp-loader" : kTypesHint);
    }
    const auto chain = Chain::open(state);
    if (!chain) {
      return Failure(chain.error());
    }
    const unsigned first = chain->lowest_priority().value_or(kBuiltinPriority + 1);
    if (!request.priority && first <= kBuiltinPriority) {
      priority = std::max(first, 1U) - 1;
    }
  }
  return attach_through_libxdp(state, object, request.mode, priority, pins);
}

Result<Attachment> attach_while_open(const DeviceState &state, CountingObject &object,
                                     AttachMode mode, UniqueFd &link) {
  if (auto loaded = load_object(object); !loaded) {
    return Failure(loaded.error());
  }
  const int fd = bpf_program__fd(object.program);
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode_flag(static_cast<uint32_t>(mode)));
  link.reset(bpf_link_create(fd, static_cast<int>(state.netdev.ifindex), BPF_XDP, &options));
  if (!link.valid()) {
    return attach_failure(state, errno, mode);
  }
  return attachment_now(state, fd);
}

} // namespace xdpstats
