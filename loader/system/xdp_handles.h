// SPDX-License-Identifier: BSD-2-Clause
// Sole owners of libbpf's and libxdp's objects.
#pragma once

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include <memory>

namespace xdpstats {

template <auto close> struct Closer {
  template <typename T> void operator()(T *object) const { close(object); }
};

using Btf = std::unique_ptr<btf, Closer<btf__free>>;
using BpfObject = std::unique_ptr<bpf_object, Closer<bpf_object__close>>;
using XdpProgram = std::unique_ptr<xdp_program, Closer<xdp_program__close>>;
using XdpMultiprog = std::unique_ptr<xdp_multiprog, Closer<xdp_multiprog__close>>;

} // namespace xdpstats
