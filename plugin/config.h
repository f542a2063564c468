// SPDX-License-Identifier: BSD-2-Clause
// The <Plugin xdp_stats> block, from a tree of our own: knows nothing of collectd.
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
  std::string label; ///< what its values are called, where a device has its name
  std::string path;
};

struct Config {
  std::string pin_root = kDefaultPinRoot;
  DeviceFilter interfaces;
  std::vector<MapSource> maps;
};

/// Takes a <Plugin xdp_stats> block into `config`; several blocks add up. Whatever is wrong with an
/// item is returned as one warning that names it, the item has no effect, and all others hold.
[[nodiscard]] std::vector<std::string> apply_config(const ConfigItem &block, Config &config);

} // namespace xdpstats
