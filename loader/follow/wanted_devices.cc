// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/wanted_devices.h"

#include <algorithm>

#include "loader/tasks/select_devices.h"

namespace xdpstats {

Result<WantedDevices> WantedDevices::of(const std::vector<std::string> &words,
                                        const std::string &pin_root) {
  WantedDevices wanted;
  for (const std::string &word : words) {
    const auto selected = select_devices({word}, pin_root, Among::kPresent);
    // A word that is taken as a pattern is one whatever it matches now.
    const bool itself = selected && selected->size() == 1 && selected->front() == word;
    if (is_pattern(word) && !itself) {
      wanted.patterns_.push_back(word);
    } else if (!selected) {
      return Failure(selected.error());
    } else if (const std::string &name = selected->front();
               std::find(wanted.named_.begin(), wanted.named_.end(), name) == wanted.named_.end()) {
      wanted.named_.push_back(name);
    }
  }
  return wanted;
}

bool WantedDevices::match(const std::string &name) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&name](const std::string &pattern) { return matches(pattern, name); });
}

} // namespace xdpstats
