// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "display/display.h"
#include "formats/snapshot_reader.h"

namespace xdpstats {

struct Options {
  Selection selection;
  DisplayOptions display;
  bool watch = false;
  std::string listen; ///< where to answer HTTP; empty: do not
  std::string answer; ///< what --help or --version prints; if not empty: print it and exit
};

/// Parses the command line's arguments, without the program's name. Every error is a usage error.
[[nodiscard]] Result<Options> parse_options(std::vector<std::string> arguments);

} // namespace xdpstats
