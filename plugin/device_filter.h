// SPDX-License-Identifier: BSD-2-Clause
// Which pinned devices the configuration asks for: by names and regular expressions, which select
// devices or exclude them.
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
  /// Adds a device name or, if it is written "/.../" as in other plugins of collectd, a POSIX
  /// extended regular expression, which may match anywhere in the name.
  [[nodiscard]] Result<void> add(const std::string &pattern);

  /// True: devices that match are left out. False: only they are read.
  void set_ignore_selected(bool ignore) { ignore_selected_ = ignore; }

  /// An empty filter selects every device.
  [[nodiscard]] bool selects(const std::string &device) const;

  /// Devices that were asked for by name, so that it is reported if they are missing. Empty if the
  /// names say what to leave out.
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
