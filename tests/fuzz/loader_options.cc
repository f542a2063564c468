// SPDX-License-Identifier: BSD-2-Clause
// The command line of xdp-stats-load, an argument a line.
#include <algorithm>
#include <sstream>

#include "base/netdev.h"
#include "loader/options.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace xdpstats;
  std::vector<std::string> arguments = {"xdp-stats-load"};
  std::string text(fuzz::text_of(data, size));
  std::replace(text.begin(), text.end(), '\0', ' '); // no argument holds one
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    arguments.push_back(line);
  }
  std::vector<char *> pointers;
  for (auto &argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  const Options options = parse_options(static_cast<int>(arguments.size()), pointers.data());
  if (options.task == Task::kHelp || options.task == Task::kUsageError) {
    fuzz::require(!options.text.empty(), "there is something to tell");
    return 0;
  }
  for (const auto &device : options.devices) {
    // A name, an alternative name, or a pattern.
    fuzz::require(!device.empty() && device.size() < kAlternativeNameSize &&
                      device.find_first_of("/: \t\n\v\f\r") == std::string::npos,
                  "a device has a name that the kernel allows");
  }
  fuzz::require(options.task == Task::kStatus || options.all || options.gone ||
                    !options.devices.empty(),
                "there is a device");
  return 0;
}
