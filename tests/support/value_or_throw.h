// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stdexcept>
#include <utility>

#include "base/result.h"

namespace xdpstats::test {

/// The value, or std::runtime_error with the failure's message.
template <typename T> [[nodiscard]] T value_or_throw(Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().message);
  }
  return std::move(*result);
}

} // namespace xdpstats::test
