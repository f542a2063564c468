// SPDX-License-Identifier: BSD-2-Clause
// Which devices a follower is to count: those that are named, and those that a pattern matches,
// whenever they appear.
#pragma once

#include <string>
#include <vector>

#include "base/netdev.h"
#include "base/result.h"

namespace xdpstats {

class WantedDevices {
public:
  /// An exact name, present or pinned, comes before an alternative name, and that before a pattern.
  [[nodiscard]] static Result<WantedDevices> of(const std::vector<std::string> &words,
                                                const std::string &pin_root);

  /// Those that are named, present or not, each once.
  [[nodiscard]] const std::vector<std::string> &named() const { return named_; }
  [[nodiscard]] bool has_patterns() const { return !patterns_.empty(); }
  /// Whether a pattern matches the name.
  [[nodiscard]] bool match(const std::string &name) const;

private:
  std::vector<std::string> named_;
  std::vector<std::string> patterns_;
};

} // namespace xdpstats
