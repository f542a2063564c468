// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bpf/libbpf.h>

namespace xdpstats::test {

/// While it lives, libbpf does not print: for failures that are expected.
class QuietLibbpf {
public:
  QuietLibbpf() : previous_(libbpf_set_print(nullptr)) {}
  ~QuietLibbpf() { libbpf_set_print(previous_); }
  QuietLibbpf(const QuietLibbpf &) = delete;
  QuietLibbpf &operator=(const QuietLibbpf &) = delete;

private:
  libbpf_print_fn_t previous_;
};

} // namespace xdpstats::test
