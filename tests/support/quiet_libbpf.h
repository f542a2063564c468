// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bpf/libbpf.h>

namespace xdpstats::test {

/// Keeps libbpf from printing about failures that are expected, as long as it lives.
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
