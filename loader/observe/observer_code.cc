// SPDX-License-Identifier: BSD-2-Clause
#include "loader/observe/observer_code.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "bpf/observer.h"
#include "builtin_percpu.skel.h"
#include "loader/system/build_id.h"
#include "loader/system/library_log.h"
#include "observer.skel.h"

namespace xdpstats {
namespace {

using Builtin = std::unique_ptr<builtin_percpu, Closer<builtin_percpu::destroy>>;

// Enough for what the verifier says of a program of this size.
constexpr size_t kLogSize = 65536;

Failure load_failure(const std::string &what, int code) {
  const int positive = std::abs(code);
  if (positive == EPERM || positive == ENOTSUP || positive == ESRCH) {
    return library_failure(what + ": this kernel refuses tracing programs", code,
                           "observing needs fexit: a kernel with CONFIG_DEBUG_INFO_BTF, 5.18 or "
                           "later, where tracing is not locked down");
  }
  return library_failure(what, code);
}

struct ObserverMaps {
  UniqueFd devices;
  UniqueFd counters;
  int own = -1; ///< borrowed
};

Result<ObserverMaps> create_observer_maps(const CountersMap &counters) {
  LIBBPF_OPTS(bpf_map_create_opts, shared, .map_flags = BPF_F_MMAPABLE);
  ObserverMaps maps;
  maps.devices.reset(bpf_map_create(BPF_MAP_TYPE_ARRAY, "devices", sizeof(__u32),
                                    sizeof(observer_table), 1, &shared));
  if (!maps.devices.valid()) {
    return os_failure("cannot create the observer's table of devices", errno);
  }
  LIBBPF_OPTS(bpf_map_create_opts, inner, .inner_map_fd = static_cast<__u32>(counters.fd.get()));
  maps.counters.reset(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "counters", sizeof(__u32),
                                     sizeof(__u32), OBSERVER_SLOTS, &inner));
  if (!maps.counters.valid()) {
    return os_failure("cannot create the observer's map of counters", errno);
  }
  maps.own = counters.fd.get();
  return maps;
}

// The prepared program, with its maps replaced by these.
Result<std::vector<bpf_insn>>
instructions_with(const bpf_program *program, const observer &prepared, const ObserverMaps &maps) {
  const bpf_insn *first = bpf_program__insns(program);
  std::vector<bpf_insn> instructions(first, first + bpf_program__insn_cnt(program));
  const std::map<int, int> replaced = {{bpf_map__fd(prepared.maps.bss), maps.devices.get()},
                                       {bpf_map__fd(prepared.maps.counters), maps.counters.get()},
                                       {bpf_map__fd(prepared.maps.own), maps.own},
                                       {bpf_map__fd(prepared.maps.own_shared), maps.own}};
  for (bpf_insn &instruction : instructions) {
    const bool names_map =
        instruction.code == (BPF_LD | BPF_IMM | BPF_DW) &&
        (instruction.src_reg == BPF_PSEUDO_MAP_FD || instruction.src_reg == BPF_PSEUDO_MAP_VALUE);
    if (!names_map) {
      continue;
    }
    const auto found = replaced.find(instruction.imm);
    if (found == replaced.end()) {
      return failure("cannot prepare the observer: it uses a map that is not known");
    }
    instruction.imm = found->second;
  }
  return instructions;
}

Result<UniqueFd> load(const std::string &device, const ObserveTarget &target, const char *name,
                      const std::vector<bpf_insn> &instructions) {
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT,
              .attach_btf_id = target.function_id,
              .attach_prog_fd = static_cast<__u32>(target.program.get()));
  const auto try_load = [&] {
    return UniqueFd(bpf_prog_load(BPF_PROG_TYPE_TRACING, name, "Dual BSD/GPL", instructions.data(),
                                  instructions.size(), &options));
  };
  UniqueFd program = try_load();
  if (program.valid()) {
    return program;
  }
  // Load it again with a log buffer, for the verifier's message.
  std::vector<char> log(kLogSize);
  options.log_buf = log.data();
  options.log_size = static_cast<__u32>(log.size());
  options.log_level = 1;
  program = try_load();
  if (program.valid()) {
    return program;
  }
  const int code = errno;
  Error error = load_failure("cannot observe '" + device + "'", code).value();
  if (log.front() != '\0') {
    error.message += std::string("\n") + log.data();
  }
  return Failure(error);
}

} // namespace

void ObserverCode::Destroy::operator()(observer *skeleton) const { observer::destroy(skeleton); }
ObserverCode::ObserverCode() = default;
ObserverCode::ObserverCode(ObserverCode &&) noexcept = default;
ObserverCode &ObserverCode::operator=(ObserverCode &&) noexcept = default;
ObserverCode::~ObserverCode() = default;

Result<ObserverCode::Prepared> ObserverCode::load_programs(const std::string &what, bool typed) {
  forget_library_log();
  // A tracing program can be loaded only for a program that it traces. Any will do to prepare it;
  // we take our own.
  const Builtin target(builtin_percpu::open_and_load());
  if (!target) {
    return library_failure("cannot load an XDP program to prepare the observer with", errno);
  }
  Prepared skeleton(observer::open());
  if (!skeleton) {
    return library_failure("cannot open the observer's BPF object", errno);
  }
  const auto &progs = skeleton->progs;
  int error =
      bpf_map__set_inner_map_fd(skeleton->maps.counters, bpf_map__fd(target->maps.xdp_stats_map));
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) {
    const bool is_typed = program == progs.observe || program == progs.observe_shared;
    bpf_program__set_autoload(program, is_typed == typed);
    if (error == 0) {
      error = bpf_program__set_attach_target(program, bpf_program__fd(target->progs.xdp_stats),
                                             bpf_program__name(target->progs.xdp_stats));
    }
  }
  if (error == 0) {
    error = observer::load(skeleton.get());
  }
  if (error != 0) {
    return load_failure(what, error);
  }
  return skeleton;
}

Result<const observer *> ObserverCode::programs_for(const std::string &what, bool typed) {
  Prepared &prepared = typed ? typed_ : untyped_;
  if (!prepared) {
    auto loaded = load_programs(what, typed);
    if (!loaded) {
      return Failure(loaded.error());
    }
    prepared = std::move(*loaded);
  }
  return prepared.get();
}

Result<void> ObserverCode::prepare(const std::string &what) {
  const auto programs = programs_for(what, true);
  return programs ? Result<void>{} : Failure(programs.error());
}

Result<UniqueFd> ObserverCode::attach(const std::string &device, const ObserveTarget &target,
                                      const CountersMap &counters) {
  const auto prepared = programs_for("cannot observe '" + device + "'", target.typed);
  if (!prepared) {
    return Failure(prepared.error());
  }
  const auto &programs = (*prepared)->progs;
  const bool shared = counters.kind == MapKind::kShared;
  const bpf_program *chosen =
      target.typed ? (shared ? programs.observe_shared : programs.observe)
                   : (shared ? programs.observe_untyped_shared : programs.observe_untyped);
  const auto maps = create_observer_maps(counters);
  if (!maps) {
    return Failure(maps.error());
  }
  const auto instructions = instructions_with(chosen, **prepared, *maps);
  if (!instructions) {
    return Failure(instructions.error());
  }
  const auto program = load(device, target, bpf_program__name(chosen), *instructions);
  if (!program) {
    return Failure(program.error());
  }
  UniqueFd link(bpf_raw_tracepoint_open(nullptr, program->get()));
  if (!link.valid()) {
    const int code = errno;
    const char *hint = code == EBUSY   ? "its main function has been replaced: try again"
                       : code == E2BIG ? "too many tracing programs observe it already"
                                       : "";
    return os_failure("cannot observe '" + device + "': cannot attach to '" + target.function + "'",
                      code, hint);
  }
  return link;
}

uint64_t observer_build_id() {
  size_t size = 0;
  const void *bytes = observer::elf_bytes(&size);
  return fnv1a(bytes, size);
}

} // namespace xdpstats
