// SPDX-License-Identifier: BSD-2-Clause
// Which pinned devices the configuration asks for: names, regular expressions, or all but those.
#pragma once

#include <regex.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpstats {

class DeviceFilter {
public:
  /// Adds a device name or, written "/.../" as collectd's other plugins have it, a POSIX extended
  /// regular expression that is searched for anywhere in the name.
  [[nodiscard]] Result<void> add(const std::string &pattern);

  /// True: whatever was added is left out, instead of being all that is read.
  void set_ignore_selected(bool ignore) { ignore_selected_ = ignore; }

  /// An empty filter selects every device.
  [[nodiscard]] bool selects(const std::string &device) const;

  /// Devices that were asked for by name, so that their absence is worth a word; empty when names
  /// are what to leave out.
  [[nodiscard]] const std::set<std::string> &expected() const;

private:
  struct FreeRegex {
    void operator()(regex_t *regex) const {
      ::regfree(regex);
      delete regex;
    }
  };

  std::set<std::string> names_;
  std::vector<std::unique_ptr<regex_t, FreeRegex>> expressions_;
  bool ignore_selected_ = false;
};

} // namespace xdpstats
