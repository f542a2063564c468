// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/system_calls.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "syscalls.skel.h"

namespace xdpstats::bench {

SystemCalls::SystemCalls() : skeleton_(syscalls::open()) {
  if (skeleton_ != nullptr) {
    skeleton_->rodata->process = ::getpid();
  }
  if (skeleton_ == nullptr || syscalls::load(skeleton_) != 0) {
    const int error = errno;
    syscalls::destroy(skeleton_);
    throw std::system_error(error, std::generic_category(), "cannot load what counts system calls");
  }
}

SystemCalls::~SystemCalls() { syscalls::destroy(skeleton_); }

double SystemCalls::count(const std::function<void()> &action, bool of_children) {
  const std::unique_ptr<bpf_link, int (*)(bpf_link *)> link(
      bpf_program__attach(skeleton_->progs.count_call), bpf_link__destroy);
  if (!link) {
    throw std::system_error(errno, std::generic_category(), "cannot count system calls");
  }
  const auto &counter = of_children ? skeleton_->bss->children : skeleton_->bss->own;
  const volatile __u64 &counted = counter;
  const __u64 before = counted;
  action();
  return static_cast<double>(counted - before);
}

} // namespace xdpstats::bench
