// SPDX-License-Identifier: BSD-2-Clause
// A program of an embedded BPF object, as one of several that are compared.
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <string>

namespace xdpstats::bench {

struct Way {
  std::string name;
  const void *(*bytes)(size_t *); ///< of a skeleton
  const char *program;
};

/// Loaded alone, with maps of its own; throws std::system_error.
class LoadedWay {
public:
  explicit LoadedWay(const Way &way);
  [[nodiscard]] int program() const { return program_; }

private:
  std::unique_ptr<bpf_object, void (*)(bpf_object *)> object_;
  int program_;
};

} // namespace xdpstats::bench
