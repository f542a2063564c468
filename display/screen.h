// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpstats {

struct TerminalSize {
  size_t columns = 80;
  size_t lines = 0; ///< 0: not a terminal, as many as it takes
};

/// Of the terminal at `fd`; of anything else, $COLUMNS and no limit of lines.
[[nodiscard]] TerminalSize terminal_size(int fd);

/// Whether to colour what is written to `fd`: a terminal, and NO_COLOR is unset or empty.
[[nodiscard]] bool wants_colour(int fd);

/// The alternate screen of a terminal; what was there before comes back when this is destroyed.
class Screen {
public:
  explicit Screen(int fd) : fd_(fd) {}
  Screen(const Screen &) = delete;
  Screen &operator=(const Screen &) = delete;
  ~Screen() { leave(); }

  /// Draws over what the last call drew, without clearing first, which would flicker.
  [[nodiscard]] Result<void> draw(const std::vector<std::string> &lines);

  /// Back to the ordinary screen, until the next draw.
  void leave();

private:
  int fd_;
  bool entered_ = false;
};

} // namespace xdpstats
