// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/pinned.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace xdpstats::test {
namespace {

void pin(int fd, const std::string &path) {
  if (fd < 0 || bpf_obj_pin(fd, path.c_str()) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot pin " + path);
  }
}

} // namespace

PinnedMap::PinnedMap(std::string path, bpf_map_type type, uint32_t key_size, uint32_t value_size,
                     uint32_t max_entries)
    : path_(std::move(path)),
      fd_(bpf_map_create(type, "test_map", key_size, value_size, max_entries, nullptr)) {
  pin(fd_.get(), path_);
}

PinnedMap::PinnedMap(std::string path, int fd) : path_(std::move(path)) { pin(fd, path_); }

PinnedMap::~PinnedMap() { ::unlink(path_.c_str()); }

} // namespace xdpstats::test
