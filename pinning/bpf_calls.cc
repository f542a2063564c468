// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/bpf_calls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace xdpstats {
namespace {

// enum bpf_map_type, in its order.
constexpr std::array kTypeNames = {"unspec",
                                   "hash",
                                   "array",
                                   "prog_array",
                                   "perf_event_array",
                                   "percpu_hash",
                                   "percpu_array",
                                   "stack_trace",
                                   "cgroup_array",
                                   "lru_hash",
                                   "lru_percpu_hash",
                                   "lpm_trie",
                                   "array_of_maps",
                                   "hash_of_maps",
                                   "devmap",
                                   "sockmap",
                                   "cpumap",
                                   "xskmap",
                                   "sockhash",
                                   "cgroup_storage",
                                   "reuseport_sockarray",
                                   "percpu_cgroup_storage",
                                   "queue",
                                   "stack",
                                   "sk_storage",
                                   "devmap_hash",
                                   "struct_ops",
                                   "ringbuf",
                                   "inode_storage",
                                   "task_storage",
                                   "bloom_filter",
                                   "user_ringbuf",
                                   "cgrp_storage",
                                   "arena"};

__u64 address(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer); }

long bpf(bpf_cmd command, bpf_attr &attributes) {
  return ::syscall(SYS_bpf, command, &attributes, sizeof(attributes));
}

int errno_of(bpf_cmd command, bpf_attr &attributes) {
  return bpf(command, attributes) < 0 ? errno : 0;
}

} // namespace

UniqueFd open_pin(const std::string &path) {
  bpf_attr attributes = {};
  attributes.pathname = address(path.c_str());
  attributes.file_flags = BPF_F_RDONLY;
  return UniqueFd(static_cast<int>(bpf(BPF_OBJ_GET, attributes)));
}

int get_map_info(int map, bpf_map_info &info) {
  bpf_attr attributes = {};
  attributes.info.bpf_fd = static_cast<__u32>(map);
  attributes.info.info_len = sizeof(info);
  attributes.info.info = address(&info);
  return errno_of(BPF_OBJ_GET_INFO_BY_FD, attributes);
}

int lookup_element(int map, const void *key, void *value) {
  bpf_attr attributes = {};
  attributes.map_fd = static_cast<__u32>(map);
  attributes.key = address(key);
  attributes.value = address(value);
  return errno_of(BPF_MAP_LOOKUP_ELEM, attributes);
}

int lookup_batch(int map, MapBatch &batch) {
  bpf_attr attributes = {};
  attributes.batch.map_fd = static_cast<__u32>(map);
  attributes.batch.in_batch = address(batch.position);
  attributes.batch.out_batch = address(batch.next);
  attributes.batch.keys = address(batch.keys);
  attributes.batch.values = address(batch.values);
  attributes.batch.count = batch.count;
  const int error = errno_of(BPF_MAP_LOOKUP_BATCH, attributes);
  batch.count = attributes.batch.count;
  return error;
}

std::string map_type_name(__u32 type) {
  return type < kTypeNames.size() ? kTypeNames[type] : std::to_string(type);
}

} // namespace xdpstats
