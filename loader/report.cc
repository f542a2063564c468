// SPDX-License-Identifier: BSD-2-Clause
#include "loader/report.h"

#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "base/write_all.h"

namespace xdpstats {
namespace {

// Output that is lost must not keep the next device from being counted, so it ends nothing at once.
bool output_lost = false;

// Nobody is left to be told that standard error cannot be written.
void say(const std::string &text) {
  static_cast<void>(write_all(STDERR_FILENO, printable_lines(text) + "\n", "standard error"));
}

} // namespace

void report_error(const Error &error) {
  say("xdp-stats-load: " + error.message + (error.hint.empty() ? "" : "\nhint: " + error.hint));
}

void report_done(const std::string &line) {
  const auto written = write_all(STDOUT_FILENO, printable_lines(line) + "\n", "standard output");
  // A reader who has seen enough is no failure.
  if (!written && written.error().code != EPIPE && !output_lost) {
    output_lost = true;
    report_error(written.error());
  }
}

int exit_status(int status) { return status == 0 && output_lost ? 1 : status; }

void report_note(const std::string &line) { say("note: " + line); }

} // namespace xdpstats
