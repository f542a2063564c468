// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sys/utsname.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>

#include "base/fd.h"
#include "replaceable.skel.h"
#include "replacement.skel.h"
#include "tests/support/process.h"
#include "tests/support/quiet_libbpf.h"

namespace xdpstats::test {
namespace {

Probe answer(int error, const std::string &what) {
  const std::string reason = std::generic_category().message(std::abs(error));
  return {error == 0, "kernel " + kernel_release() + " refuses " + what + ": " + reason, true};
}

} // namespace

bool in_lab() {
  const char *lab = std::getenv("XDP_STATS_LAB");
  return lab != nullptr && std::string_view(lab) == "1";
}

std::string kernel_release() {
  utsname names = {};
  ::uname(&names);
  return names.release;
}

Probe can_load_tracing() {
  const QuietLibbpf quiet;
  // r0 = 0; exit
  constexpr std::array<bpf_insn, 2> kProgram = {
      bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  const int target = libbpf_find_vmlinux_btf_id("bpf_fentry_test1", BPF_TRACE_FENTRY);
  if (target < 0) {
    return answer(target, "BTF of its own functions");
  }
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY,
              .attach_btf_id = static_cast<__u32>(target));
  const UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", kProgram.data(),
                                       kProgram.size(), &options));
  return answer(program.valid() ? 0 : errno, "tracing programs");
}

Probe can_load_extension() {
  const QuietLibbpf quiet;
  const std::unique_ptr<replaceable, void (*)(replaceable *)> target(replaceable__open_and_load(),
                                                                     replaceable__destroy);
  if (!target) {
    return answer(errno, "XDP programs");
  }
  const std::unique_ptr<replacement, void (*)(replacement *)> extension(replacement__open(),
                                                                        replacement__destroy);
  int error = bpf_program__set_attach_target(
      extension->progs.replacement, bpf_program__fd(target->progs.replaceable), "replaceable_part");
  if (error == 0) {
    error = replacement__load(extension.get());
  }
  return answer(error, "extension programs, of which dispatchers are made");
}

Probe has_cast_to_kern_ctx() {
  const QuietLibbpf quiet;
  const std::unique_ptr<btf, void (*)(btf *)> kernel(btf__load_vmlinux_btf(), btf__free);
  const int id =
      kernel ? btf__find_by_name_kind(kernel.get(), "bpf_cast_to_kern_ctx", BTF_KIND_FUNC) : -errno;
  int major = 0;
  int minor = 0;
  (void)std::sscanf(kernel_release().c_str(), "%d.%d", &major, &minor);
  return {id > 0, "kernel " + kernel_release() + " has no kfunc bpf_cast_to_kern_ctx",
          major > 6 || (major == 6 && minor >= 2)};
}

Probe can_add_vlan(const std::string &device) {
  const Finished added =
      run({"ip", "link", "add", "link", device, "name", "probe.1", "type", "vlan", "id", "1"});
  run({"ip", "link", "delete", "probe.1"});
  return {added.status == 0, "kernel " + kernel_release() + " has no VLAN devices: " + added.err,
          true};
}

} // namespace xdpstats::test
