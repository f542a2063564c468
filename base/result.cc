// SPDX-License-Identifier: BSD-2-Clause
#include "base/result.h"

#include <bpf/libbpf.h>

#include <array>
#include <cstdlib>

namespace xdpstats {

Failure os_failure(std::string what, int code, std::string hint) {
  const int positive = std::abs(code);
  // It knows the codes of libbpf, 4000 and up, besides those of errno.
  std::array<char, 128> reason = {};
  libbpf_strerror(positive, reason.data(), reason.size());
  return Failure(Error{std::move(what) + ": " + reason.data(), std::move(hint), positive});
}

Failure failure(std::string message, std::string hint) {
  return Failure(Error{std::move(message), std::move(hint), 0});
}

} // namespace xdpstats
