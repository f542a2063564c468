// SPDX-License-Identifier: BSD-2-Clause
#include "display/table_layout.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "display/cpu_rows.h"
#include "display/table.h"

namespace xdpstats {
namespace {

// The stacked layouts repeat their column titles after so many devices, which is about a screenful.
constexpr size_t kDevicesPerTitle = 7;
// Rates change all the time: a column as wide as its contents would move all the time, too.
constexpr size_t kRateWidth = 5;
constexpr size_t kStateWidth = 8; // "counting"

std::string padded(std::string text, size_t width) {
  text.append(width - std::min(width, display_width(text)), ' ');
  return text;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Cell name_cell(const DeviceSample &sample) { return {printable(sample.name), Paint::kBold}; }

Cell state_cell(const DeviceSample &sample) {
  static constexpr Paint kColours[] = {Paint::kGreen, Paint::kRed, Paint::kYellow, Paint::kDim};
  return {state_name(sample.verdict.state), kColours[static_cast<size_t>(sample.verdict.state)]};
}

std::string since(const DeviceSample &sample) {
  return sample.info ? local_time(sample.info->created_at) : "-";
}

Cell number_cell(const Numbers &numbers, Quantity quantity, size_t action) {
  const std::string text = quantity_text(
      quantity, (*numbers.counters)[action],
      numbers.rates != nullptr ? std::optional((*numbers.rates)[action]) : std::nullopt);
  if (text == "0" || text == "-") {
    return {text, Paint::kDim};
  }
  return {text, action == XDP_ABORTED ? Paint::kRed : Paint::kPlain};
}

Column number_column(Quantity quantity, size_t gap) {
  return {true, gap, is_rate(quantity) ? kRateWidth : 0};
}

void add_numbers(std::vector<Cell> &cells, const Numbers &numbers, Quantity quantity) {
  for (size_t action = 0; action < kActionCount; ++action) {
    cells.push_back(number_cell(numbers, quantity, action));
  }
}

// Lost frames, below the numbers of the actions they are of.
void add_lost_row(Grid &grid, const DeviceSample &sample, std::vector<Cell> cells) {
  if (!has_lost(sample)) {
    return;
  }
  cells.push_back({"lost"});
  for (uint32_t action = 0; action < kActionCount; ++action) {
    const bool possible = action == XDP_TX || action == XDP_REDIRECT;
    const uint64_t lost = lost_packets(*sample.losses, action);
    cells.push_back(
        {possible ? group_thousands(lost) : "", possible && lost != 0 ? Paint::kRed : Paint::kDim});
  }
  grid.add_row(std::move(cells));
}

std::string cpu_name(uint32_t cpu) { return "  cpu " + std::to_string(cpu); }

void add_left_out(Grid &grid, const CpuRows &cpus) {
  if (cpus.left_out > 0) {
    grid.add_heading({{"    and " + group_thousands(cpus.left_out) + " more CPUs", Paint::kDim}});
  }
}

// Columns that hold several quantities one below the other.
void add_action_columns(std::vector<Column> &columns, std::vector<Cell> &titles,
                        const std::vector<Quantity> &quantities) {
  const bool rated = std::any_of(quantities.begin(), quantities.end(), is_rate);
  for (const char *action : kActionNames) {
    columns.push_back({true, 2, rated ? kRateWidth : 0});
    titles.push_back({upper(action), Paint::kBold});
  }
}

// The heading of a device in the stacked layouts, on two lines if one does not hold it.
void add_device_heading(Grid &grid, const TableInput &input, size_t device, size_t width) {
  const auto &sample = input.samples[device];
  std::vector<Cell> cells = {name_cell(sample), state_cell(sample)};
  if (!sample.info) {
    grid.add_heading(std::move(cells));
    return;
  }
  cells[0].text = padded(cells[0].text, input.name_width);
  cells[1].text = padded(cells[1].text, kStateWidth);
  cells.push_back({printable(counted_by(sample))});
  const std::string began = "since " + since(sample);
  size_t used = display_width(began);
  for (const auto &cell : cells) {
    used += display_width(cell.text) + 2;
  }
  if (used <= width) {
    cells.push_back({began});
    grid.add_heading(std::move(cells));
  } else {
    grid.add_heading(std::move(cells));
    grid.add_heading({{padded("", input.name_width)}, {began}});
  }
}

bool shows_totals(const std::vector<Quantity> &quantities) {
  return std::find(quantities.begin(), quantities.end(), Quantity::kPackets) != quantities.end();
}

} // namespace

bool has_lost(const DeviceSample &sample) { return sample.losses && !sample.losses->empty(); }

bool any_lost(const std::vector<DeviceSample> &samples) {
  return std::any_of(samples.begin(), samples.end(), has_lost);
}

Grid line_layout(const TableInput &input, const std::vector<Quantity> &quantities,
                 Description description) {
  std::vector<Column> columns = {{false, 0}, {}};
  std::vector<Cell> groups = {{}, {}};
  std::vector<Cell> titles = {{"DEVICE", Paint::kBold}, {"STATE", Paint::kBold}};
  if (description == Description::kFull) {
    columns.insert(columns.end(), 2, {});
    groups.insert(groups.end(), 2, {});
    titles.push_back({"COUNTED BY", Paint::kBold});
    titles.push_back({"SINCE", Paint::kBold});
  }
  for (const Quantity quantity : quantities) {
    for (size_t action = 0; action < kActionCount; ++action) {
      columns.push_back(number_column(quantity, action == 0 ? 4 : 2));
      // The name of the quantity is shown once, above the last of its columns.
      groups.push_back(
          {action + 1 == kActionCount ? upper(quantity_name(quantity)) : "", Paint::kBold});
      titles.push_back({upper(kActionNames[action]), Paint::kBold});
    }
  }
  Grid grid(std::move(columns));
  grid.add_row(std::move(groups));
  grid.add_row(std::move(titles));
  for (size_t device = 0; device < input.samples.size(); ++device) {
    const auto &sample = input.samples[device];
    std::vector<Cell> cells = {name_cell(sample), state_cell(sample)};
    if (description == Description::kFull) {
      cells.push_back({printable(counted_by(sample))});
      cells.push_back({since(sample)});
    }
    for (const Quantity quantity : quantities) {
      add_numbers(cells, sums_of(input, device), quantity);
    }
    grid.add_row(std::move(cells));
  }
  return grid;
}

Grid wide_layout(const TableInput &input, const std::vector<Quantity> &quantities) {
  std::vector<Column> columns = {{false, 0}, {}, {}, {}, {}};
  std::vector<Cell> titles = {{"DEVICE", Paint::kBold},
                              {"STATE", Paint::kBold},
                              {"COUNTED BY", Paint::kBold},
                              {"SINCE", Paint::kBold},
                              {}};
  add_action_columns(columns, titles, quantities);
  Grid grid(std::move(columns));
  grid.add_row(std::move(titles));
  for (size_t device = 0; device < input.samples.size(); ++device) {
    const auto &sample = input.samples[device];
    std::vector<Cell> cells = {
        name_cell(sample), state_cell(sample), {printable(counted_by(sample))}, {since(sample)}};
    for (const Quantity quantity : quantities) {
      cells.push_back({quantity_name(quantity)});
      add_numbers(cells, sums_of(input, device), quantity);
      grid.add_row(std::move(cells));
      cells.assign(4, {});
    }
    if (shows_totals(quantities)) {
      add_lost_row(grid, sample, std::move(cells));
    }
  }
  return grid;
}

Grid stacked_layout(const TableInput &input, const std::vector<Quantity> &quantities,
                    size_t width) {
  std::vector<Column> columns = {{}}; // indented below the heading
  std::vector<Cell> titles = {{}};
  add_action_columns(columns, titles, quantities);
  Grid grid(std::move(columns));
  for (size_t device = 0; device < input.samples.size(); ++device) {
    if (device % kDevicesPerTitle == 0) {
      grid.add_row(titles);
    }
    add_device_heading(grid, input, device, width);
    const CpuRows cpus = cpu_rows(input, device);
    for (const Quantity quantity : quantities) {
      std::vector<Cell> cells = {{quantity_name(quantity)}};
      add_numbers(cells, sums_of(input, device), quantity);
      grid.add_row(std::move(cells));
      for (const auto &[cpu, numbers] : cpus.rows) {
        cells = {{cpu_name(cpu)}};
        add_numbers(cells, numbers, quantity);
        grid.add_row(std::move(cells));
      }
    }
    if (shows_totals(quantities)) {
      add_lost_row(grid, input.samples[device], {});
    }
    add_left_out(grid, cpus);
  }
  return grid;
}

Grid transposed_layout(const TableInput &input, const std::vector<Quantity> &quantities,
                       size_t width) {
  std::vector<Column> columns = {{}}; // indented below the heading
  std::vector<Cell> titles = {{}};
  for (const Quantity quantity : quantities) {
    columns.push_back(number_column(quantity, 2));
    titles.push_back({upper(quantity_name(quantity)), Paint::kBold});
  }
  const bool lost = shows_totals(quantities) && any_lost(input.samples);
  if (lost) {
    columns.push_back({true, 2});
    titles.push_back({"LOST", Paint::kBold});
  }
  Grid grid(std::move(columns));
  for (size_t device = 0; device < input.samples.size(); ++device) {
    if (device % kDevicesPerTitle == 0) {
      grid.add_row(titles);
    }
    add_device_heading(grid, input, device, width);
    const CpuRows cpus = cpu_rows(input, device);
    const auto add_line = [&](const std::string &name, const Numbers &numbers, size_t action,
                              uint64_t frames_lost = 0) {
      std::vector<Cell> cells = {{name}};
      for (const Quantity quantity : quantities) {
        cells.push_back(number_cell(numbers, quantity, action));
      }
      if (frames_lost != 0) {
        cells.push_back({group_thousands(frames_lost), Paint::kRed});
      }
      grid.add_row(std::move(cells));
    };
    for (uint32_t action = 0; action < kActionCount; ++action) {
      add_line(kActionNames[action], sums_of(input, device), action,
               lost && has_lost(input.samples[device])
                   ? lost_packets(*input.samples[device].losses, action)
                   : 0);
      for (const auto &[cpu, numbers] : cpus.rows) {
        if (has_counted((*numbers.counters)[action])) {
          add_line(cpu_name(cpu), numbers, action);
        }
      }
    }
    add_left_out(grid, cpus);
  }
  return grid;
}

} // namespace xdpstats
