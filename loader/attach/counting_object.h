// SPDX-License-Identifier: BSD-2-Clause
// The BPF object that is to count: the built-in counter in the variant that suits, or the user's
// file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "loader/system/xdp_handles.h"
#include "pinning/stats_map.h"

namespace xdpstats {

/// The built-in counter runs before programs of libxdp's default priority, 50, so that it sees
/// every frame.
inline constexpr unsigned kBuiltinPriority = 10;

struct CountingObject {
  BpfObject object;
  bpf_program *program = nullptr; ///< the one to attach; no other of the object is loaded
  std::string program_name;
  /// Hash of the object's bytes and of the program's name: the same if and only if the same program
  /// of the same build would be loaded.
  uint64_t build_id = 0;
  MapKind map_kind = MapKind::kPerCpu; ///< what it counts into
  std::optional<unsigned> priority; ///< its own place in a dispatcher; nullopt: what libxdp finds

  /// Lets it count into this map. `fd` is borrowed.
  [[nodiscard]] Result<void> use_counters(int fd);
};

/// The built-in counter, opened but not loaded.
[[nodiscard]] Result<CountingObject> open_builtin(MapKind kind);

/// A user's program, read from its file.
struct ProgramFile {
  std::string file;
  std::string name; ///< of the program in it; empty: the only one
  std::string bytes;
};

/// `spec` = FILE[:NAME].
[[nodiscard]] Result<ProgramFile> read_program_file(const std::string &spec);

/// The user's program, opened but not loaded.
[[nodiscard]] Result<CountingObject> open_user_program(const ProgramFile &program);
[[nodiscard]] Result<CountingObject> open_user_program(const std::string &spec);

} // namespace xdpstats
