// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/fake_kernel.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

using xdpstats::test::FakeKernel;

namespace {

// Fails as libbpf does: sets errno, and returns its negative.
int libbpf_result(int error) {
  errno = error;
  return -error;
}

} // namespace

FakeKernel &FakeKernel::get() {
  static FakeKernel kernel;
  return kernel;
}

// --wrap prescribes these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __wrap_bpf_obj_get_opts(const char *, const struct bpf_obj_get_opts *options) {
  FakeKernel &kernel = FakeKernel::get();
  kernel.open_flags = options->file_flags;
  if (kernel.open_errno != 0) {
    return libbpf_result(kernel.open_errno);
  }
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int __wrap_bpf_obj_get_info_by_fd(int, void *info, __u32 *) {
  if (FakeKernel::get().info_errno != 0) {
    return libbpf_result(FakeKernel::get().info_errno);
  }
  std::memcpy(info, &FakeKernel::get().info, sizeof(bpf_map_info));
  return 0;
}

int __wrap_bpf_map_lookup_batch(int, void *, void *, void *, void *values, __u32 *count,
                                const bpf_map_batch_opts *) {
  FakeKernel &kernel = FakeKernel::get();
  ++kernel.batches;
  if (kernel.batch) {
    kernel.batch(values);
  }
  *count = kernel.batch_returns;
  return kernel.batch_errno != 0 ? libbpf_result(kernel.batch_errno) : 0;
}

int __wrap_bpf_map_lookup_elem(int, const void *key, void *value) {
  ++FakeKernel::get().lookups;
  __u32 number = 0;
  std::memcpy(&number, key, sizeof(number));
  const int error = FakeKernel::get().lookup(number, value);
  return error != 0 ? libbpf_result(error) : 0;
}

int __wrap_libbpf_num_possible_cpus() { return FakeKernel::get().cpus; }

ssize_t __wrap_readlink(const char *, char *target, size_t size) {
  const std::string &descriptor = FakeKernel::get().descriptor;
  return static_cast<ssize_t>(descriptor.copy(target, size));
}

int __wrap_statfs(const char *, struct statfs *file_system) {
  file_system->f_type = FakeKernel::get().file_system;
  errno = FakeKernel::get().statfs_errno;
  return errno == 0 ? 0 : -1;
}
}
// NOLINTEND(bugprone-reserved-identifier)
