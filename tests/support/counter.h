// SPDX-License-Identifier: BSD-2-Clause
// A counting XDP program attached with libbpf alone, for the tests of the readers.
#pragma once

#include <linux/if_link.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "pinning/pin_path.h"
#include "pinning/stats_map.h"

struct bpf_object;
struct bpf_program;

namespace xdpstats::test {

struct CloseObject {
  void operator()(bpf_object *object) const;
};
using ObjectPtr = std::unique_ptr<bpf_object, CloseObject>;

/// One of the four compilations of the built-in counter.
struct Variant {
  const char *name;
  MapKind kind;
  bool fast; ///< needs has_cast_to_kern_ctx()
  std::function<ObjectPtr()> open;
};

/// For GoogleTest's messages.
inline void PrintTo(const Variant &variant, std::ostream *out) { *out << variant.name; }

/// All four.
[[nodiscard]] const std::vector<Variant> &builtin_variants();

/// An object file, opened and not loaded; throws std::system_error.
[[nodiscard]] ObjectPtr open_object(const std::string &file);

/// Loads an object, attaches its only program to a device and pins its xdp_stats_map where readers
/// look for the device's counters. The map is frozen first, as the loader does it. The destructor
/// undoes all of this. Throws std::system_error.
class Counter {
public:
  /// `flags`: XDP_FLAGS_DRV_MODE or XDP_FLAGS_SKB_MODE.
  Counter(ObjectPtr object, const std::string &device, uint32_t flags = XDP_FLAGS_DRV_MODE);
  ~Counter();
  Counter(const Counter &) = delete;
  Counter &operator=(const Counter &) = delete;

  [[nodiscard]] const PinPath &pins() const { return pins_; }
  [[nodiscard]] uint32_t program_id() const { return program_id_; }

  /// Reads the pinned counters as a reader does. Throws std::runtime_error with the reader's
  /// message.
  [[nodiscard]] Counters read() const;

private:
  ObjectPtr object_;
  PinPath pins_;
  uint32_t ifindex_;
  uint32_t flags_;
  uint32_t program_id_ = 0;
};

/// The built-in counter with per-CPU counters and the helper: it loads on every kernel.
[[nodiscard]] ObjectPtr open_builtin();

} // namespace xdpstats::test
