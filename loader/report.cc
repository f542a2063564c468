// SPDX-License-Identifier: BSD-2-Clause
#include "loader/report.h"

#include <iostream>

namespace xdpstats {

void report_error(const Error &error) {
  std::cerr << "xdp-stats-load: " << error.message << '\n';
  if (!error.hint.empty()) {
    std::cerr << "hint: " << error.hint << '\n';
  }
}

void report_done(const std::string &line) { std::cout << line << std::endl; }

void report_note(const std::string &line) { std::cerr << "note: " << line << '\n'; }

} // namespace xdpstats
