// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/libbpf_quiet.h"

#include <bpf/libbpf.h>

#include <cstdarg>

namespace xdpstats {
namespace {

thread_local bool quiet = false;
libbpf_print_fn_t previous = nullptr;

int print_unless_quiet(libbpf_print_level level, const char *format, va_list arguments) {
  return quiet || previous == nullptr ? 0 : previous(level, format, arguments);
}

} // namespace

LibbpfQuiet::LibbpfQuiet() { quiet = true; }

LibbpfQuiet::~LibbpfQuiet() { quiet = false; }

void LibbpfQuiet::install() {
  const libbpf_print_fn_t present = libbpf_set_print(print_unless_quiet);
  if (present != print_unless_quiet) {
    previous = present;
  }
}

void LibbpfQuiet::uninstall() {
  const libbpf_print_fn_t present = libbpf_set_print(previous);
  if (present != print_unless_quiet) {
    libbpf_set_print(present); // somebody has set another function since: leave it
  }
}

} // namespace xdpstats
