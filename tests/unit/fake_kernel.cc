// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/fake_kernel.h"

#include <fcntl.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>

#include "base/result.h"

using xdpstats::test::FakeKernel;

namespace {

template <typename Type> Type *pointer_to(__u64 address) {
  return reinterpret_cast<Type *>(address);
}

int obj_get(bpf_attr &attributes) {
  FakeKernel &kernel = FakeKernel::get();
  kernel.open_flags = attributes.file_flags;
  return kernel.open_errno;
}

int get_info(bpf_attr &attributes) {
  std::memcpy(pointer_to<void>(attributes.info.info), &FakeKernel::get().info,
              attributes.info.info_len);
  return FakeKernel::get().info_errno;
}

int lookup_batch(bpf_attr &attributes) {
  FakeKernel &kernel = FakeKernel::get();
  ++kernel.batches;
  if (kernel.batch) {
    kernel.batch(pointer_to<void>(attributes.batch.values));
  }
  attributes.batch.count = kernel.batch_returns;
  return kernel.batch_errno;
}

int lookup_element(bpf_attr &attributes) {
  ++FakeKernel::get().lookups;
  __u32 number = 0;
  std::memcpy(&number, pointer_to<const void>(attributes.key), sizeof(number));
  return FakeKernel::get().lookup(number, pointer_to<void>(attributes.value));
}

int answer(int command, bpf_attr &attributes) {
  switch (command) {
  case BPF_OBJ_GET:
    return obj_get(attributes);
  case BPF_OBJ_GET_INFO_BY_FD:
    return get_info(attributes);
  case BPF_MAP_LOOKUP_BATCH:
    return lookup_batch(attributes);
  case BPF_MAP_LOOKUP_ELEM:
    return lookup_element(attributes);
  default:
    return EINVAL;
  }
}

} // namespace

FakeKernel &FakeKernel::get() {
  static FakeKernel kernel;
  return kernel;
}

// --wrap prescribes these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
xdpstats::Result<size_t> wrapped_cpu_count() __asm__("__wrap__ZN8xdpstats18possible_cpu_countEv");

xdpstats::Result<size_t> wrapped_cpu_count() {
  const int cpus = FakeKernel::get().cpus;
  return cpus > 0 ? xdpstats::Result<size_t>(cpus)
                  : xdpstats::os_failure("cannot open the list of possible CPUs", cpus);
}

extern "C" {

// Only bpf(2) is called by its number.
long __wrap_syscall(long, int command, bpf_attr *attributes, unsigned) {
  errno = answer(command, *attributes);
  if (errno != 0) {
    return -1;
  }
  return command == BPF_OBJ_GET ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : 0;
}

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
