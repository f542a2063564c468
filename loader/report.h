// SPDX-License-Identifier: BSD-2-Clause
// The only code of the loader that prints for people.
#pragma once

#include <string>

#include "base/result.h"

namespace xdpstats {

/// "xdp-stats-load: MESSAGE", and "hint: HINT" where there is one, on stderr.
void report_error(const Error &error);

/// A line on stdout. What cannot be written is reported as an error, once.
void report_done(const std::string &line);

/// `status`, or 1 where something could not be written on stdout.
[[nodiscard]] int exit_status(int status);

/// "note: LINE" on stderr: something to know that is no failure.
void report_note(const std::string &line);

} // namespace xdpstats
