// SPDX-License-Identifier: BSD-2-Clause
// The <Plugin xdp_stats> block: a line of the input is a line of the configuration, its first
// character tells of what kind.
#include <sstream>

#include "plugin/config.h"
#include "tests/fuzz/fuzz.h"

using namespace xdpstats;

namespace {

// Longer regular expressions keep the C library busy for minutes; they are root's own.
constexpr size_t kLongest = 24;

ConfigItem item_of(const std::string &line) {
  static constexpr const char *kKeys[] = {"PinRoot", "Interface", "ignoreselected",
                                          "Map",     "Path",      "Other"};
  ConfigItem item;
  const auto kind = static_cast<unsigned char>(line.front());
  item.key = kKeys[kind % std::size(kKeys)];
  const std::string value = line.substr(1, kLongest);
  if (kind % 8 < 5) {
    item.values.emplace_back(value);
  } else if (kind % 8 < 7) {
    item.values.emplace_back(value.size() % 2 == 0);
  } else {
    item.values.emplace_back(static_cast<double>(value.size()) / 3);
    item.values.emplace_back(value);
  }
  return item;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ConfigItem block;
  block.key = "Plugin";
  std::istringstream lines{std::string(fuzz::text_of(data, size))};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      continue;
    }
    // A line that begins with '>' belongs to the block before it.
    if (line.front() == '>' && line.size() > 1 && !block.children.empty()) {
      block.children.back().children.push_back(item_of(line.substr(1)));
    } else {
      block.children.push_back(item_of(line));
    }
  }
  Config config;
  const auto warnings = apply_config(block, config);
  fuzz::require(warnings.size() <= size + 1, "a line has one warning");
  fuzz::require(!config.pin_root.empty() && config.pin_root.front() == '/', "the root is absolute");
  for (const auto &map : config.maps) {
    fuzz::require(!map.label.empty() && map.path.front() == '/', "a map has a label and a path");
  }
  static_cast<void>(config.interfaces.selects("eth0"));
  return 0;
}
