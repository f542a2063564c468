// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/way.h"

#include <cerrno>
#include <system_error>

namespace xdpstats::bench {
namespace {

void require(bool done, const std::string &what) {
  if (!done) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

} // namespace

LoadedWay::LoadedWay(const Way &way) : object_(nullptr, bpf_object__close), program_(-1) {
  size_t size = 0;
  const void *bytes = way.bytes(&size);
  object_.reset(bpf_object__open_mem(bytes, size, nullptr));
  require(object_ != nullptr, "cannot open the object of '" + way.name + "'");
  const bpf_program *wanted = bpf_object__find_program_by_name(object_.get(), way.program);
  require(wanted != nullptr, "cannot find the program of '" + way.name + "'");
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    bpf_program__set_autoload(program, program == wanted);
  }
  require(bpf_object__load(object_.get()) == 0, "cannot load the program of '" + way.name + "'");
  program_ = bpf_program__fd(wanted);
}

} // namespace xdpstats::bench
