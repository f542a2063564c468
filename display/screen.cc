// SPDX-License-Identifier: BSD-2-Clause
#include "display/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/write_all.h"

namespace xdpstats {
namespace {

// Alternate screen with the cursor hidden; lines are cut, not wrapped, at the right margin.
constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr char kLeave[] = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr char kHome[] = "\x1b[H";
constexpr char kClearLine[] = "\x1b[K";
constexpr char kClearBelow[] = "\x1b[J";

} // namespace

TerminalSize terminal_size(int fd) {
  TerminalSize size;
  winsize window = {};
  if (::ioctl(fd, TIOCGWINSZ, &window) == 0) {
    // A serial line does not know its size and reports 0.
    size.columns = window.ws_col > 0 ? window.ws_col : size.columns;
    size.lines = window.ws_row > 0 ? window.ws_row : 24;
    return size;
  }
  if (const char *columns = std::getenv("COLUMNS"); columns != nullptr) {
    size_t number = 0;
    const char *end = columns + std::strlen(columns);
    if (std::from_chars(columns, end, number).ptr == end && number > 0) {
      size.columns = number;
    }
  }
  return size;
}

bool wants_colour(int fd) {
  const char *no_color = std::getenv("NO_COLOR");
  return ::isatty(fd) == 1 && (no_color == nullptr || *no_color == '\0');
}

Result<void> Screen::draw(const std::vector<std::string> &lines) {
  std::string text;
  if (!entered_) {
    text += kEnter;
    entered_ = true;
  }
  text += kHome;
  for (size_t line = 0; line < lines.size(); ++line) {
    // No newline after the last line: at the bottom of the screen, it would scroll.
    text += (line == 0 ? "" : "\r\n") + lines[line] + kClearLine;
  }
  text += kClearBelow;
  return write_all(fd_, text, "the terminal");
}

void Screen::leave() {
  if (entered_) {
    entered_ = false;
    // On a terminal that is gone there is nothing to restore, and one that takes nothing must not
    // keep us.
    (void)write_all(fd_, kLeave, "the terminal", Patience::kBrief);
  }
}

} // namespace xdpstats
