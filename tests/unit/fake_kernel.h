// SPDX-License-Identifier: BSD-2-Clause
// A fake kernel with one pinned object: it replaces the system calls of pinning/ (linked with
// --wrap).
#pragma once

#include <linux/bpf.h>
#include <linux/magic.h>

#include <deque>
#include <functional>
#include <string>

namespace xdpstats::test {

struct FakeKernel {
  int open_errno = 0;      ///< what BPF_OBJ_GET fails with; 0: it succeeds
  unsigned open_flags = 0; ///< what the object was opened with
  long file_system = BPF_FS_MAGIC;
  int statfs_errno = 0;
  std::string descriptor = "anon_inode:bpf-map";
  bpf_map_info info = {};
  int info_errno = 0;
  int cpus = 2;
  int batch_errno = 0;
  __u32 batch_returns = 5; ///< how many entries the batch claims to have read
  int batches = 0;         ///< calls so far
  int lookups = 0;         ///< single lookups so far
  /// Fills in what a lookup of `key` reads; returns errno.
  std::function<int(__u32 key, void *value)> lookup;
  /// Fills in what a batch reads.
  std::function<void(void *values)> batch;

  static FakeKernel &get();
};

} // namespace xdpstats::test
