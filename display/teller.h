// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace xdpstats {

/// Writes events and problems to standard error. A problem that lasts is told once.
class Teller {
public:
  explicit Teller(std::string program) : program_(std::move(program)) {}

  void tell(const std::vector<std::string> &events, const std::vector<Error> &problems);

private:
  std::string program_;
  std::vector<std::string> told_;
};

} // namespace xdpstats
