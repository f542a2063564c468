// SPDX-License-Identifier: BSD-2-Clause
#include "base/result.h"

#include <cstdlib>
#include <cstring>

namespace xdpstats {

Failure os_failure(std::string what, int code, std::string hint) {
  const int positive = std::abs(code);
  // GNU's variant, which needs the buffer only for a number without a text.
  char buffer[64];
  const char *reason = ::strerror_r(positive, buffer, sizeof(buffer));
  return Failure(Error{std::move(what) + ": " + reason, std::move(hint), positive});
}

Failure failure(std::string message, std::string hint) {
  return Failure(Error{std::move(message), std::move(hint), 0});
}

} // namespace xdpstats
