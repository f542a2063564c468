// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace xdpstats {

/// A failure, for people. `message` is "cannot VERB 'object': reason", without a final full stop.
/// `hint` is the way out if we know one, otherwise empty. `code` is the errno of the cause, 0 if
/// there is none.
struct Error {
  std::string message;
  std::string hint;
  int code = 0;
  /// What a change that failed has changed all the same: "'eth0' is not counted". Empty: nothing.
  std::string stands = {};
};

template <typename T> using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

/// "what: strerror(code)". `code` is an errno or a negative code of libbpf; both become an errno.
[[nodiscard]] Failure os_failure(std::string what, int code, std::string hint = {});

/// A failure without an errno.
[[nodiscard]] Failure failure(std::string message, std::string hint = {});

} // namespace xdpstats
