// SPDX-License-Identifier: BSD-2-Clause
// The <Plugin xdp_stats> block, parsed from a tree of our own type: no collectd in here.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pinning/pin_path.h"
#include "plugin/device_filter.h"

namespace xdpstats {

/// One line or block of the configuration: `key value... { children }`.
struct ConfigItem {
  using Value = std::variant<std::string, double, bool>;

  std::string key;
  std::vector<Value> values;
  std::vector<ConfigItem> children;
};

/// A map of our layout that somebody else pinned.
struct MapSource {
  std::string label; ///< names its values, as the name of a device does for that device
  std::string path;
};

struct Config {
  std::string pin_root = kDefaultPinRoot;
  DeviceFilter interfaces;
  std::vector<MapSource> maps;
};

/// Reads a <Plugin xdp_stats> block into `config`; several blocks add up. An item with a mistake
/// has no effect and gives one warning, which names it; all other items apply.
[[nodiscard]] std::vector<std::string> apply_config(const ConfigItem &block, Config &config);

} // namespace xdpstats
