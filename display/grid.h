// SPDX-License-Identifier: BSD-2-Clause
// Text in columns, with headings that run across them.
#pragma once

#include <string>
#include <vector>

namespace xdpstats {

enum class Paint { kPlain, kBold, kDim, kGreen, kYellow, kRed };

/// `text` in that colour on a terminal.
[[nodiscard]] std::string paint(const std::string &text, Paint colour);

struct Cell {
  std::string text; ///< valid UTF-8 without control characters
  Paint colour = Paint::kPlain;
};

struct Column {
  bool right_aligned = false;
  size_t gap = 2;       ///< blanks before it
  size_t min_width = 0; ///< so that a column does not move when its contents change
};

class Grid {
public:
  explicit Grid(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell for each column.
  void add_row(std::vector<Cell> cells);

  /// A line that runs across the columns: cells with two blanks between.
  void add_heading(std::vector<Cell> cells);

  /// Columns the longest line takes.
  [[nodiscard]] size_t width() const;

  [[nodiscard]] std::vector<std::string> lines(bool coloured) const;

private:
  struct Line {
    bool heading;
    std::vector<Cell> cells;
  };

  [[nodiscard]] std::vector<size_t> column_widths() const;

  std::vector<Column> columns_;
  std::vector<Line> lines_;
};

} // namespace xdpstats
