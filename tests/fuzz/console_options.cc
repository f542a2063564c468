// SPDX-License-Identifier: BSD-2-Clause
// The command line of xdp-stats, an argument a line.
#include "console/options.h"

#include <sstream>

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace xdpstats;
  std::vector<std::string> arguments;
  std::istringstream lines{std::string(fuzz::text_of(data, size))};
  for (std::string line; std::getline(lines, line);) {
    arguments.push_back(line);
  }
  const auto options = parse_options(arguments);
  if (!options) {
    fuzz::require(!options.error().message.empty(), "wrong usage is told");
  } else if (options->answer.empty()) {
    fuzz::require(!options->watch || options->display.interval.count() > 0, "time passes");
    fuzz::require(!options->selection.pin_root.empty(), "there is a pin root");
  }
  return 0;
}
