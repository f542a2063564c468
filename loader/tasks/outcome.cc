// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/outcome.h"

#include <algorithm>

namespace xdpstats {

Error with_what_stands(Error error, const std::string &device) {
  if (error.message.find('\'') == std::string::npos && !device.empty()) {
    error.message = "cannot change '" + device + "': " + error.message;
  }
  // What the libraries said, if anything, follows on lines of its own.
  const size_t end = std::min(error.message.find('\n'), error.message.size());
  error.message.insert(end, "; " + (error.stands.empty() ? "nothing was changed" : error.stands));
  error.stands.clear();
  return error;
}

} // namespace xdpstats
