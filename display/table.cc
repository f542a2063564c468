// SPDX-License-Identifier: BSD-2-Clause
#include "display/table.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "display/loss_notes.h"
#include "display/table_layout.h"

namespace xdpstats {
namespace {

constexpr uint64_t kNsPerMs = 1'000'000;

const std::vector<Quantity> kTotals = {Quantity::kPackets, Quantity::kBytes};
const std::vector<Quantity> kAll = {Quantity::kPackets, Quantity::kBytes, Quantity::kPacketRate,
                                    Quantity::kBitRate};
const std::vector<Quantity> kRates = {Quantity::kPacketRate, Quantity::kBitRate};
const std::vector<Quantity> kPacketRates = {Quantity::kPacketRate};

// The last resort: only as many devices as there are lines.
std::vector<std::string> cut_devices(std::vector<std::string> lines, size_t devices,
                                     size_t max_lines) {
  if (lines.size() <= max_lines) {
    return lines;
  }
  const size_t left_out = std::min(lines.size() - (max_lines - 1), devices);
  lines.resize(max_lines - 1);
  lines.push_back(std::to_string(left_out) + " more devices; choose some with --dev");
  return lines;
}

bool is_split(const std::vector<DeviceSample> &samples) {
  return std::any_of(samples.begin(), samples.end(),
                     [](const DeviceSample &sample) { return sample.per_cpu; });
}

// As many CPUs as there are lines for; where not even one fits, a last line says so.
std::vector<std::string> cut_cpus(TableInput input, const TableStyle &style, size_t max_lines) {
  input.most_cpus = 0;
  const size_t taken = stacked_layout(input, kPacketRates, style.width).lines(false).size();
  if (taken + input.samples.size() <= max_lines) {
    input.most_cpus = (max_lines - taken) / input.samples.size();
    return stacked_layout(input, kPacketRates, style.width).lines(style.coloured);
  }
  const size_t room = max_lines - 1;
  auto lines =
      cut_devices(line_layout(input, kPacketRates, Description::kShort).lines(style.coloured),
                  input.samples.size(), std::max<size_t>(room, 1));
  lines.resize(std::min(lines.size(), room));
  lines.emplace_back("CPUs are left out; choose fewer devices with --dev");
  return lines;
}

// A line for each device and each of its CPUs, which is what each of the layouts has at least.
size_t lines_of_numbers(const TableInput &input) {
  size_t lines = input.samples.size();
  for (const auto &sample : input.samples) {
    if (sample.cpus) {
      lines += static_cast<size_t>(
          std::count_if(sample.cpus->begin(), sample.cpus->end(),
                        [](const CpuCounters &one) { return has_counted(one.counters); }));
    }
  }
  return lines;
}

std::vector<std::string> render_split(const TableInput &input,
                                      const std::vector<Quantity> &quantities,
                                      const TableStyle &style, size_t max_lines) {
  const auto fits = [&style, max_lines](const Grid &grid) {
    return grid.width() <= style.width && (max_lines == 0 || grid.lines(false).size() <= max_lines);
  };
  // Tables that are far too tall are not even made: with hundreds of CPUs that takes its time.
  if (const size_t least = lines_of_numbers(input); max_lines != 0 && least > max_lines) {
    return cut_cpus(input, style, max_lines);
  }
  const auto stacked = stacked_layout(input, quantities, style.width);
  if (fits(stacked)) {
    return stacked.lines(style.coloured);
  }
  const auto transposed = transposed_layout(input, quantities, style.width);
  if (max_lines == 0 || fits(transposed)) {
    return transposed.lines(style.coloured);
  }
  for (const auto &fewer : {kRates, kPacketRates}) {
    if (const auto grid = stacked_layout(input, fewer, style.width); fits(grid)) {
      return grid.lines(style.coloured);
    }
  }
  return cut_cpus(input, style, max_lines);
}

} // namespace

std::string counted_by(const DeviceSample &sample) {
  if (!sample.info) {
    return "-";
  }
  std::string text = mode_name(sample.info->mode);
  if (sample.info->mode == XDP_STATS_MODE_OBSERVE || sample.info->mode == XDP_STATS_MODE_PROGRAM) {
    text += std::string(" ") + sample.info->program;
  }
  if (sample.info->attach_mode != XDP_STATS_ATTACH_NONE) {
    text += std::string(" (") + attach_mode_name(sample.info->attach_mode) + ")";
  }
  return text;
}

std::vector<std::string> render_table(const std::vector<DeviceSample> &samples,
                                      const std::vector<std::optional<Rates>> *rates,
                                      const TableStyle &style) {
  TableInput input = {samples, rates, 0};
  for (const auto &sample : samples) {
    input.name_width = std::max(input.name_width, display_width(printable(sample.name)));
  }
  if (samples.empty()) {
    return {};
  }
  const size_t max_lines = rates == nullptr ? 0 : style.max_lines;
  const auto fits = [&style, max_lines](const Grid &grid) {
    return grid.width() <= style.width && (max_lines == 0 || grid.lines(false).size() <= max_lines);
  };
  const auto &quantities = rates == nullptr ? kTotals : kAll;
  if (is_split(samples)) {
    return render_split(input, quantities, style, max_lines);
  }
  // A line for each device has no place for what was lost.
  if (const auto grid = line_layout(input, quantities, Description::kFull);
      fits(grid) && !any_lost(samples)) {
    return grid.lines(style.coloured);
  }
  for (const auto &grid :
       {wide_layout(input, quantities), stacked_layout(input, quantities, style.width),
        transposed_layout(input, quantities, style.width)}) {
    if (fits(grid)) {
      return grid.lines(style.coloured);
    }
  }
  if (max_lines == 0) {
    return transposed_layout(input, quantities, style.width).lines(style.coloured);
  }
  for (const auto &grid : {line_layout(input, kRates, Description::kFull),
                           wide_layout(input, kRates), stacked_layout(input, kRates, style.width),
                           line_layout(input, kRates, Description::kShort)}) {
    if (fits(grid)) {
      return grid.lines(style.coloured);
    }
  }
  const auto both = line_layout(input, kRates, Description::kShort);
  const auto last =
      both.width() <= style.width ? both : line_layout(input, kPacketRates, Description::kShort);
  return cut_devices(last.lines(style.coloured), samples.size(), max_lines);
}

std::vector<std::string> table_notes(const std::vector<DeviceSample> &samples) {
  // A note that is the same for several devices is shown once.
  std::vector<std::pair<std::string, std::string>> reasons;
  std::vector<std::string> moves;
  std::string shared;
  for (const auto &sample : samples) {
    const std::string name = printable(sample.name);
    if (!sample.verdict.reason.empty()) {
      const std::string reason =
          state_name(sample.verdict.state) + (": " + printable(sample.verdict.reason));
      const auto same = std::find_if(reasons.begin(), reasons.end(), [&reason](const auto &known) {
        return known.first == reason;
      });
      if (same == reasons.end()) {
        reasons.emplace_back(reason, name);
      } else {
        same->second += ", " + name;
      }
    }
    if (sample.per_cpu && !sample.cpus) {
      shared += (shared.empty() ? "" : ", ") + name;
    }
    if (sample.info && (sample.info->changes > 0 || sample.info->uncovered_ns > 0)) {
      moves.push_back(name + ": moved to another program " + group_thousands(sample.info->changes) +
                      (sample.info->changes == 1 ? " time" : " times") + ", last " +
                      local_time(sample.info->attached_at) + "; uncounted meanwhile: " +
                      group_thousands(sample.info->uncovered_ns / kNsPerMs) + " ms");
    }
  }
  std::vector<std::string> notes;
  for (const auto &sample : samples) {
    const auto lost = loss_notes(sample);
    notes.insert(notes.end(), lost.begin(), lost.end());
  }
  for (const auto &[reason, names] : reasons) {
    notes.push_back(reason + " (" + names + ")");
  }
  notes.insert(notes.end(), moves.begin(), moves.end());
  if (!shared.empty()) {
    notes.push_back("not split: all CPUs share the counters (" + shared + ")");
  }
  return notes;
}

} // namespace xdpstats
