// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace xdpstats {

/// A failure as a person reads it: `message` is "cannot VERB 'object': reason", without a final
/// full stop; `hint` is the way out where we know one, else empty; `code` is the errno behind it, 0
/// if none.
struct Error {
  std::string message;
  std::string hint;
  int code = 0;
};

template <typename T> using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

/// "what: strerror(code)". Takes errno or libbpf's negative codes, which it makes one.
[[nodiscard]] Failure os_failure(std::string what, int code, std::string hint = {});

/// A failure with no errno behind it.
[[nodiscard]] Failure failure(std::string message, std::string hint = {});

} // namespace xdpstats
