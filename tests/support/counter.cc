// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/counter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "builtin_percpu.skel.h"
#include "builtin_percpu_fast.skel.h"
#include "builtin_shared.skel.h"
#include "builtin_shared_fast.skel.h"
#include "tests/support/value_or_throw.h"
#include "tests/support/veth.h"

namespace xdpstats::test {
namespace {

void require(bool done, const std::string &what) {
  if (!done) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

template <const void *(*Bytes)(size_t *)> ObjectPtr open_embedded() {
  size_t size = 0;
  const void *bytes = Bytes(&size);
  ObjectPtr object(bpf_object__open_mem(bytes, size, nullptr));
  require(object != nullptr, "cannot open an embedded object");
  return object;
}

uint32_t id_of(const bpf_program *program) {
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  require(bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) == 0, "program info");
  return info.id;
}

} // namespace

void CloseObject::operator()(bpf_object *object) const { bpf_object__close(object); }

const std::vector<Variant> &builtin_variants() {
  static const std::vector<Variant> variants = {
      {"percpu", MapKind::kPerCpu, false, open_embedded<builtin_percpu__elf_bytes>},
      {"percpu_fast", MapKind::kPerCpu, true, open_embedded<builtin_percpu_fast__elf_bytes>},
      {"shared", MapKind::kShared, false, open_embedded<builtin_shared__elf_bytes>},
      {"shared_fast", MapKind::kShared, true, open_embedded<builtin_shared_fast__elf_bytes>},
  };
  return variants;
}

ObjectPtr open_builtin() { return builtin_variants().front().open(); }

ObjectPtr open_object(const std::string &file) {
  ObjectPtr object(bpf_object__open_file(file.c_str(), nullptr));
  require(object != nullptr, "cannot open " + file);
  return object;
}

Counter::Counter(ObjectPtr object, const std::string &device, uint32_t flags)
    : object_(std::move(object)), pins_(kDefaultPinRoot, device), ifindex_(ifindex_of(device)),
      flags_(flags) {
  require(bpf_object__load(object_.get()) == 0, "cannot load");
  const bpf_program *program = bpf_object__next_program(object_.get(), nullptr);
  program_id_ = id_of(program);

  const int map = bpf_object__find_map_fd_by_name(object_.get(), XDP_STATS_MAP_NAME);
  require(bpf_map_freeze(map) == 0, "cannot freeze the map");
  for (const auto &directory : {pins_.root, pins_.directory}) {
    require(::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST,
            "cannot make directory " + directory);
  }
  require(bpf_obj_pin(map, pins_.stats_map.c_str()) == 0, "cannot pin " + pins_.stats_map);
  if (bpf_xdp_attach(static_cast<int>(ifindex_), bpf_program__fd(program), flags_, nullptr) != 0) {
    const int error = errno;
    ::unlink(pins_.stats_map.c_str());
    throw std::system_error(error, std::generic_category(), "cannot attach to " + device);
  }
}

Counter::~Counter() {
  bpf_xdp_detach(static_cast<int>(ifindex_), flags_, nullptr);
  ::unlink(pins_.stats_map.c_str());
  ::rmdir(pins_.directory.c_str());
}

Counters Counter::read() const {
  return value_or_throw(value_or_throw(StatsMap::open(pins_.stats_map)).read());
}

} // namespace xdpstats::test
