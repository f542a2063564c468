// SPDX-License-Identifier: BSD-2-Clause
#include "base/cpu_list.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <string>

namespace xdpstats {
namespace {

// More than any kernel can be built for (CONFIG_NR_CPUS).
constexpr uint32_t kMostCpus = 65536;

constexpr char kPossible[] = "/sys/devices/system/cpu/possible";

// Takes a number from the front of `text`.
bool read_cpu(std::string_view &text, uint32_t &cpu) {
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), cpu);
  text.remove_prefix(static_cast<size_t>(stopped - text.data()));
  return error == std::errc() && cpu < kMostCpus;
}

Result<std::vector<uint32_t>> read_cpu_list(const std::string &path) {
  std::ifstream file(path);
  std::string line;
  if (!file) {
    return os_failure("cannot open '" + path + "'", errno);
  }
  std::getline(file, line);
  auto cpus = parse_cpu_list(line);
  if (!cpus) {
    return failure("cannot read '" + path + "': '" + line + "' is no list of CPUs");
  }
  return std::move(*cpus);
}

} // namespace

std::optional<std::vector<uint32_t>> parse_cpu_list(std::string_view text) {
  std::vector<uint32_t> cpus;
  for (;;) {
    uint32_t first = 0;
    if (!read_cpu(text, first) || (!cpus.empty() && first <= cpus.back())) {
      return std::nullopt;
    }
    uint32_t last = first;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      if (!read_cpu(text, last) || last < first) {
        return std::nullopt;
      }
    }
    for (uint32_t cpu = first; cpu <= last; ++cpu) {
      cpus.push_back(cpu);
    }
    if (text.empty()) {
      return cpus;
    }
    if (text.front() != ',') {
      return std::nullopt;
    }
    text.remove_prefix(1);
  }
}

Result<CpuLists> read_cpu_lists() {
  auto possible = read_cpu_list(kPossible);
  if (!possible) {
    return Failure(possible.error());
  }
  auto online = read_cpu_list("/sys/devices/system/cpu/online");
  if (!online) {
    return Failure(online.error());
  }
  return CpuLists{std::move(*possible), std::move(*online)};
}

Result<size_t> possible_cpu_count() {
  static std::atomic<size_t> known = 0;
  if (known == 0) {
    const auto possible = read_cpu_list(kPossible);
    if (!possible) {
      return Failure(possible.error()); // not kept: the next try may succeed
    }
    known = possible->size();
  }
  return known.load();
}

} // namespace xdpstats
