// SPDX-License-Identifier: BSD-2-Clause
// XDP programs of somebody else, attached in the usual ways.
#pragma once

#include <string>
#include <vector>

#include "tests/support/loader.h"
#include "tests/support/process.h"

namespace xdpstats::test {

/// The file of a program in programs/.
[[nodiscard]] std::string program_file(const std::string &name);

enum class By { kIp, kBpftool, kLoader, kLoaderSecond, kLoaderThird };

struct Way {
  const char *name;
  By by;
  bool generic;
};

/// All ways, native and generic.
[[nodiscard]] const std::vector<Way> &ways_to_attach();

/// Attaches `program` ("rules") to a device. Where it has to be the second or third of a chain,
/// programs that pass everything come before it. `frags`: it accepts multi-buffer frames.
void attach(const Way &way, const std::string &device, const std::string &program,
            bool frags = false);

/// `ip link set DEVICE xdpMODE obj PROGRAM`
void attach_by_ip(const std::string &device, const std::string &program, bool generic = false);

/// Runs xdp-stats-load --dev DEVICE --pin --observe and `more`; throws unless it succeeds.
void observe(const std::string &device, const Command &more = {});

/// The ids of all programs, links and maps that the kernel holds.
struct KernelObjects {
  std::vector<uint32_t> programs;
  std::vector<uint32_t> links;
  std::vector<uint32_t> maps;
};
[[nodiscard]] KernelObjects kernel_objects();

/// What exists now and did not exist before, as text; empty if nothing. Waits, as the kernel frees
/// in the background.
[[nodiscard]] std::string left_behind(const KernelObjects &before);

} // namespace xdpstats::test
