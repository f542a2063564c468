// SPDX-License-Identifier: BSD-2-Clause
#include "formats/exposition.h"

#include <array>
#include <cstdio>
#include <span>

#include "base/text.h"

namespace xdpstats {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;

struct Family {
  const char *name;
  const char *type;   ///< as OpenMetrics names it
  const char *unit;   ///< nullptr: none
  const char *suffix; ///< of its samples
  const char *help;
};

constexpr Family kPackets = {"xdp_stats_packets", "counter", nullptr, "_total",
                             "Frames by XDP verdict."};
constexpr Family kBytes = {"xdp_stats_bytes", "counter", "bytes", "_total",
                           "Bytes of frames by XDP verdict, Ethernet header included."};
constexpr Family kLost = {"xdp_stats_lost_packets", "counter", nullptr, "_total",
                          "Frames lost after their verdict tx or redirect, by reason."};
constexpr Family kInfo = {"xdp_stats", "info", nullptr, "_info",
                          "Who counts the device's XDP verdicts."};
constexpr Family kCounting = {"xdp_stats_counting", "gauge", nullptr, "",
                              "Whether the device's XDP verdicts are being counted."};
constexpr Family kChanges = {"xdp_stats_changes", "counter", nullptr, "_total",
                             "How often counting was moved to another program."};
constexpr Family kUncovered = {"xdp_stats_uncovered_seconds", "counter", "seconds", "_total",
                               "Time during which verdicts went uncounted, as far as noticed."};
constexpr Family kReadErrors = {"xdp_stats_read_errors", "gauge", nullptr, "",
                                "What could not be read this time; standard error names it."};
constexpr Family kBuild = {"xdp_stats_build", "info", nullptr, "_info", "Version of xdp-stats."};

// OpenMetrics names the family of counters and of info without their suffix; the classic format
// names it with the suffix, and has no type for info.
void begin_family(std::string &text, const Family &family, Dialect dialect) {
  const std::string name = family.name;
  if (dialect == Dialect::kOpenMetrics) {
    text += "# TYPE " + name + " " + family.type + "\n";
    if (family.unit != nullptr) {
      text += "# UNIT " + name + " " + family.unit + "\n";
    }
    text += "# HELP " + name + " " + family.help + "\n";
  } else {
    const std::string type = family.type;
    text += "# HELP " + name + family.suffix + " " + family.help + "\n";
    text += "# TYPE " + name + family.suffix + " " + (type == "info" ? "gauge" : type) + "\n";
  }
}

std::string label(const char *name, std::string_view value) {
  return std::string(name) + "=\"" + escape_label(value) + "\"";
}

template <typename Value>
void add_counters(std::string &text, const std::vector<DeviceSample> &samples, const Family &family,
                  Dialect dialect, Value value) {
  if (samples.empty()) {
    return;
  }
  begin_family(text, family, dialect);
  for (const auto &sample : samples) {
    const std::string start = std::string(family.name) + family.suffix + "{" +
                              label("device", sample.name) + ",action=\"";
    const auto add = [&](const Counters &counters, const std::string &end) {
      for (size_t action = 0; action < kActionCount; ++action) {
        text += start + kActionNames[action] + end + std::to_string(value(counters[action])) + "\n";
      }
    };
    if (sample.cpus) {
      for (const auto &[cpu, counters] : *sample.cpus) {
        add(counters, "\",cpu=\"" + std::to_string(cpu) + "\"} ");
      }
    } else {
      add(sample.counters, "\"} ");
    }
  }
}

// A sample for `unsent` in any case: it tells that losses are counted, and rates begin at zero.
void add_lost(std::string &text, const std::vector<DeviceSample> &samples, Dialect dialect) {
  std::string lines;
  for (const auto &sample : samples) {
    const auto add = [&](uint32_t action, int32_t error, uint64_t packets) {
      lines += std::string(kLost.name) + kLost.suffix + "{" + label("device", sample.name) + "," +
               label("action", kActionNames[action]) + "," + label("reason", loss_reason(error)) +
               "} " + std::to_string(packets) + "\n";
    };
    for (const uint32_t action :
         sample.losses ? std::span(kLossActions) : std::span<const uint32_t>()) {
      bool unsent = false;
      for (const LostFrames &lost : *sample.losses) {
        if (lost.action == action) {
          add(action, lost.error, lost.packets);
          unsent = unsent || lost.error == XDP_STATS_LOST_UNSENT;
        }
      }
      if (!unsent) {
        add(action, XDP_STATS_LOST_UNSENT, 0);
      }
    }
  }
  if (!lines.empty()) {
    begin_family(text, kLost, dialect);
    text += lines;
  }
}

/// One line for each sample that `wanted` picks: `rest` is what follows the label device.
template <typename Wanted, typename Rest>
void add_states(std::string &text, const std::vector<DeviceSample> &samples, const Family &family,
                Dialect dialect, Wanted wanted, Rest rest) {
  std::string lines;
  for (const auto &sample : samples) {
    if (wanted(sample)) {
      lines += std::string(family.name) + family.suffix + "{" + label("device", sample.name) +
               rest(sample) + "\n";
    }
  }
  if (!lines.empty()) {
    begin_family(text, family, dialect);
    text += lines;
  }
}

std::string who_counts(const xdp_stats_info &info) {
  return "," + label("mode", mode_name(info.mode)) + "," + label("program", info.program) + "," +
         label("attach_mode", attach_mode_name(info.attach_mode)) + "} 1";
}

// Exact: a double cannot tell all times in ns apart.
std::string seconds(uint64_t ns) {
  std::array<char, 32> text = {};
  std::snprintf(text.data(), text.size(), "%llu.%09llu",
                static_cast<unsigned long long>(ns / kNsPerSecond),
                static_cast<unsigned long long>(ns % kNsPerSecond));
  return text.data();
}

} // namespace

std::string escape_label(std::string_view value) {
  std::string escaped;
  for (const char c : printable(value)) {
    switch (c) {
    case '\\':
      escaped += "\\\\";
      break;
    case '"':
      escaped += "\\\"";
      break;
    default:
      escaped += c;
    }
  }
  return escaped;
}

std::string render_exposition(const Snapshot &snapshot, std::string_view version, Dialect dialect) {
  const auto &samples = snapshot.samples;
  const auto recorded = [](const DeviceSample &sample) { return sample.info.has_value(); };
  std::string text;
  add_counters(text, samples, kPackets, dialect,
               [](const xdp_stats_record &record) { return record.packets; });
  add_counters(text, samples, kBytes, dialect,
               [](const xdp_stats_record &record) { return record.bytes; });
  add_lost(text, samples, dialect);
  add_states(text, samples, kInfo, dialect, recorded,
             [](const DeviceSample &sample) { return who_counts(*sample.info); });
  add_states(
      text, samples, kCounting, dialect,
      [](const DeviceSample &sample) { return sample.verdict.state != CountingState::kUnknown; },
      [](const DeviceSample &sample) {
        return sample.verdict.state == CountingState::kCounting ? "} 1" : "} 0";
      });
  add_states(text, samples, kChanges, dialect, recorded, [](const DeviceSample &sample) {
    return "} " + std::to_string(sample.info->changes);
  });
  add_states(text, samples, kUncovered, dialect, recorded,
             [](const DeviceSample &sample) { return "} " + seconds(sample.info->uncovered_ns); });
  begin_family(text, kReadErrors, dialect);
  text += std::string(kReadErrors.name) + " " + std::to_string(snapshot.problems.size()) + "\n";
  begin_family(text, kBuild, dialect);
  text += std::string(kBuild.name) + kBuild.suffix + "{" + label("version", version) + "} 1\n";
  if (dialect == Dialect::kOpenMetrics) {
    text += "# EOF\n";
  }
  return text;
}

} // namespace xdpstats
