// SPDX-License-Identifier: BSD-2-Clause
#include "loader/attach/counting_object.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <linux/bpf.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "bpf/xdp_stats.bpf.h"
#include "builtin_percpu.skel.h"
#include "builtin_percpu_fast.skel.h"
#include "builtin_shared.skel.h"
#include "builtin_shared_fast.skel.h"
#include "loader/system/build_id.h"
#include "loader/system/capabilities.h"
#include "loader/system/library_log.h"
#include "loader/system/object_file.h"

namespace xdpstats {
namespace {

struct ObjectBytes {
  const void *data;
  size_t size;
};

template <typename Skeleton> ObjectBytes bytes_of() {
  ObjectBytes bytes = {};
  bytes.data = Skeleton::elf_bytes(&bytes.size);
  return bytes;
}

// Reading the types of a whole kernel takes longer than loading the program, so the answer is kept.
// That they could not be read is no answer: the next try may succeed.
bool kernel_has_fast_length() {
  static std::optional<bool> answer;
  if (!answer) {
    const std::unique_ptr<btf, Closer<btf__free>> types(btf__load_vmlinux_btf());
    if (!types) {
      return false;
    }
    answer = btf__find_by_name_kind(types.get(), "bpf_cast_to_kern_ctx", BTF_KIND_FUNC) > 0;
  }
  return *answer;
}

// The fast variant calls a kfunc that came with kernel 6.2, and loading it takes CAP_PERFMON.
// Decided before loading: without CAP_SYS_ADMIN libbpf's search for a missing kfunc ends in an
// error even for a weak one.
bool fast_length_is_possible() {
  if (!has_capability(CAP_PERFMON) && !has_capability(CAP_SYS_ADMIN)) {
    return false;
  }
  return kernel_has_fast_length();
}

Result<CountingObject> open_object(ObjectBytes bytes, const std::string &what) {
  forget_library_log();
  const std::string name = what.substr(what.rfind('/') + 1);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name.c_str());
  BpfObject object(bpf_object__open_mem(bytes.data, bytes.size, &options));
  if (!object) {
    return library_failure("cannot read BPF object '" + what + "'", errno,
                           "it has to be an ELF file, compiled with clang -target bpf");
  }
  CountingObject counting;
  counting.object = std::move(object);
  counting.build_id = fnv1a(bytes.data, bytes.size);
  return counting;
}

void choose_program(CountingObject &counting, bpf_program *chosen) {
  counting.program = chosen;
  counting.program_name = bpf_program__name(chosen);
  counting.build_id =
      fnv1a(counting.program_name.data(), counting.program_name.size(), counting.build_id);
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, counting.object.get()) {
    bpf_program__set_autoload(program, program == chosen);
  }
}

Result<bpf_program *> find_program(const bpf_object *object, const std::string &file,
                                   const std::string &name) {
  std::vector<bpf_program *> candidates;
  std::string names;
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (bpf_program__type(program) == BPF_PROG_TYPE_XDP) {
      candidates.push_back(program);
      names += (names.empty() ? "" : ", ") + std::string(bpf_program__name(program));
      if (name == bpf_program__name(program)) {
        return program;
      }
    }
  }
  const std::string hint = "its XDP programs are: " + names;
  if (candidates.empty()) {
    return failure("cannot find an XDP program in '" + file + "'",
                   "the program's section has to be \"xdp\" or \"xdp.frags\"");
  }
  if (!name.empty()) {
    return failure("cannot find program '" + name + "' in '" + file + "'", hint);
  }
  if (candidates.size() > 1) {
    return failure("cannot choose a program: '" + file + "' has several",
                   hint + "; name one with --program " + file + ":NAME");
  }
  return candidates.front();
}

bool is_file(const std::string &path) { return ::access(path.c_str(), F_OK) == 0; }

} // namespace

Result<void> CountingObject::use_counters(int fd) {
  bpf_map *map = bpf_object__find_map_by_name(object.get(), XDP_STATS_MAP_NAME);
  // Maps declared LIBBPF_PIN_BY_NAME, as peers do, would be pinned a second time at libbpf's own
  // path.
  int error = bpf_map__set_pin_path(map, nullptr);
  if (error == 0) {
    error = bpf_map__reuse_fd(map, fd);
  }
  if (error != 0) {
    return os_failure("cannot hand the counters to program '" + program_name + "'", error);
  }
  return {};
}

Result<CountingObject> open_builtin(MapKind kind) {
  const bool fast = fast_length_is_possible();
  const bool shared = kind == MapKind::kShared;
  const ObjectBytes bytes =
      shared ? (fast ? bytes_of<builtin_shared_fast>() : bytes_of<builtin_shared>())
             : (fast ? bytes_of<builtin_percpu_fast>() : bytes_of<builtin_percpu>());
  auto counting = open_object(bytes, "built-in counter");
  if (counting) {
    counting->map_kind = kind;
    counting->priority = kBuiltinPriority;
    choose_program(*counting, bpf_object__next_program(counting->object.get(), nullptr));
  }
  return counting;
}

Result<ProgramFile> read_program_file(const std::string &spec) {
  std::string file = spec;
  std::string name;
  const size_t colon = spec.rfind(':');
  // A file may have a colon in its name: the whole is tried first.
  if (colon != std::string::npos && !is_file(spec)) {
    file = spec.substr(0, colon);
    name = spec.substr(colon + 1);
  }
  auto bytes = read_object_file(file);
  return bytes
             ? Result<ProgramFile>(ProgramFile{std::move(file), std::move(name), std::move(*bytes)})
             : Failure(bytes.error());
}

Result<CountingObject> open_user_program(const ProgramFile &read) {
  const std::string &file = read.file;
  auto counting = open_object({read.bytes.data(), read.bytes.size()}, file);
  if (!counting) {
    return counting;
  }
  const auto program = find_program(counting->object.get(), file, read.name);
  if (!program) {
    return Failure(program.error());
  }
  choose_program(*counting, *program);

  const std::string missing_hint =
      "include xdp_stats.bpf.h and return xdp_stats_count(ctx, action)";
  const bpf_map *map = bpf_object__find_map_by_name(counting->object.get(), XDP_STATS_MAP_NAME);
  if (map == nullptr) {
    return failure("cannot find map '" XDP_STATS_MAP_NAME "' in '" + file + "'", missing_hint);
  }
  bpf_map_info info = {};
  info.type = bpf_map__type(map);
  info.key_size = bpf_map__key_size(map);
  info.value_size = bpf_map__value_size(map);
  info.max_entries = bpf_map__max_entries(map);
  const auto kind = check_stats_layout(info, file + ":" XDP_STATS_MAP_NAME);
  if (!kind) {
    return Failure(Error{kind.error().message, missing_hint, 0});
  }
  counting->map_kind = *kind;
  return counting;
}

Result<CountingObject> open_user_program(const std::string &spec) {
  const auto read = read_program_file(spec);
  return read ? open_user_program(*read) : Failure(read.error());
}

} // namespace xdpstats
