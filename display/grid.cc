// SPDX-License-Identifier: BSD-2-Clause
#include "display/grid.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace xdpstats {
namespace {

constexpr size_t kHeadingGap = 2;

std::string painted(const Cell &cell, bool coloured) {
  return coloured ? paint(cell.text, cell.colour) : cell.text;
}

size_t heading_width(const std::vector<Cell> &cells) {
  size_t width = 0;
  for (const auto &cell : cells) {
    width += (width == 0 ? 0 : kHeadingGap) + display_width(cell.text);
  }
  return width;
}

} // namespace

std::string paint(const std::string &text, Paint colour) {
  const char *code = nullptr;
  switch (colour) {
  case Paint::kPlain:
    return text;
  case Paint::kBold:
    code = "1";
    break;
  case Paint::kDim:
    code = "2";
    break;
  case Paint::kGreen:
    code = "32";
    break;
  case Paint::kYellow:
    code = "33";
    break;
  case Paint::kRed:
    code = "31";
    break;
  }
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

void Grid::add_row(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  lines_.push_back({false, std::move(cells)});
}

void Grid::add_heading(std::vector<Cell> cells) { lines_.push_back({true, std::move(cells)}); }

std::vector<size_t> Grid::column_widths() const {
  std::vector<size_t> widths;
  for (size_t column = 0; column < columns_.size(); ++column) {
    size_t width = columns_[column].min_width;
    for (const auto &line : lines_) {
      if (!line.heading) {
        width = std::max(width, display_width(line.cells[column].text));
      }
    }
    widths.push_back(width);
  }
  return widths;
}

size_t Grid::width() const {
  size_t width = 0;
  const auto widths = column_widths();
  for (size_t column = 0; column < columns_.size(); ++column) {
    width += columns_[column].gap + widths[column];
  }
  for (const auto &line : lines_) {
    if (line.heading) {
      width = std::max(width, heading_width(line.cells));
    }
  }
  return width;
}

std::vector<std::string> Grid::lines(bool coloured) const {
  std::vector<std::string> lines;
  const auto widths = column_widths();
  for (const auto &[heading, cells] : lines_) {
    std::string text;
    size_t blanks = 0; // written only before more text, so that no line ends in blanks
    for (size_t column = 0; column < cells.size(); ++column) {
      const size_t used = display_width(cells[column].text);
      const size_t spare = heading ? 0 : widths[column] - used;
      const bool right = !heading && columns_[column].right_aligned;
      blanks += heading ? (column == 0 ? 0 : kHeadingGap) : columns_[column].gap;
      blanks += right ? spare : 0;
      if (used > 0) {
        text.append(blanks, ' ');
        text += painted(cells[column], coloured);
        blanks = 0;
      }
      blanks += right ? 0 : spare;
    }
    lines.push_back(std::move(text));
  }
  return lines;
}

} // namespace xdpstats
