// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpstats {

struct TerminalSize {
  size_t columns = 80;
  size_t lines = 0; ///< 0: no limit, as it is not a terminal
};

/// The size of the terminal at `fd`. If it is not a terminal: $COLUMNS, and no limit of lines.
[[nodiscard]] TerminalSize terminal_size(int fd);

/// Whether to colour what is written to `fd`: if it is a terminal, and NO_COLOR is unset or empty.
[[nodiscard]] bool wants_colour(int fd);

/// The alternate screen of a terminal. Its destructor brings back what was on the screen before.
class Screen {
public:
  explicit Screen(int fd) : fd_(fd) {}
  Screen(const Screen &) = delete;
  Screen &operator=(const Screen &) = delete;
  ~Screen() { leave(); }

  /// Draws over what the last call drew, without clearing first, which would flicker.
  [[nodiscard]] Result<void> draw(const std::vector<std::string> &lines);

  /// Returns to the ordinary screen until the next draw.
  void leave();

private:
  int fd_;
  bool entered_ = false;
};

} // namespace xdpstats
