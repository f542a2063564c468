// SPDX-License-Identifier: BSD-2-Clause
#include "console/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "display/option_checks.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

constexpr char kProgram[] = "xdp-stats";
const Choices<Format> kFormats = {{"table", Format::kTable},
                                  {"json", Format::kJson},
                                  {"prometheus", Format::kPrometheus},
                                  {"openmetrics", Format::kOpenMetrics}};

const Choices<Order> kOrders = {
    {"packets", Order::kPackets}, {"drop", Order::kDrop}, {"name", Order::kName}};

Result<std::vector<ForeignMap>> parse_maps(const std::vector<std::string> &values) {
  std::vector<ForeignMap> maps;
  for (const auto &value : values) {
    const size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == value.size()) {
      return failure("--map: '" + value + "' is not LABEL=PATH");
    }
    ForeignMap map = {value.substr(0, equals), value.substr(equals + 1)};
    if (printable(map.label) != map.label) {
      return failure("--map: label '" + map.label + "' holds what no output can show");
    }
    if (std::any_of(maps.begin(), maps.end(),
                    [&map](const ForeignMap &other) { return other.label == map.label; })) {
      return failure("--map: label '" + map.label + "' is given twice");
    }
    maps.push_back(std::move(map));
  }
  return maps;
}

// The devices without repetitions, in the order in which they were named.
std::vector<std::string> devices_named(const std::vector<std::string> &spellings) {
  std::vector<std::string> once;
  for (const auto &spelling : spellings) {
    std::string name = device_spelled(spelling);
    if (std::find(once.begin(), once.end(), name) == once.end()) {
      once.push_back(std::move(name));
    }
  }
  return once;
}

} // namespace

Result<Options> parse_options(std::vector<std::string> arguments) {
  Options options;
  options.selection.pin_root = kDefaultPinRoot;
  options.display.program = kProgram;
  std::vector<std::string> devices;
  std::vector<std::string> maps;
  std::string format = "table";
  std::string order;
  double interval = 0;

  CLI::App app("Shows how many frames and bytes XDP has aborted, dropped, passed, sent back and\n"
               "redirected on each device that xdp-stats-load counts.",
               kProgram);
  app.set_version_flag("--version", std::string(kProgram) + " " XDP_STATS_VERSION);
  app.add_option("-d,--dev", devices, "Show only this device; repeatable")
      ->type_name("DEVICE")
      ->check(check_not_empty)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--map", maps,
                 "Show also this map of the same layout, under that label; repeatable")
      ->type_name("LABEL=PATH")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--format", format, "table, json, prometheus or openmetrics (default: table)")
      ->type_name("FORMAT")
      ->check([](const std::string &word) { return check_choice(word, kFormats); });
  app.add_flag("--per-cpu", options.selection.per_cpu, "Split the counters over the CPUs");
  auto *watch =
      app.add_option("--watch", interval, "Show again every so many seconds, with rates, until ^C")
          ->type_name("SECONDS")
          ->check(check_interval);
  app.add_option("--count", options.display.count, "With --watch: stop after so many times")
      ->type_name("N")
      ->check(check_count)
      ->needs(watch);
  auto *sort = app.add_option("--sort", order,
                              "Table: the devices with the most packets first, or the most drops,\n"
                              "for a second or in all; or by name")
                   ->type_name("BY")
                   ->check([](const std::string &word) { return check_choice(word, kOrders); });
  app.add_option("--top", options.display.arrangement.top, "Table: only the first N devices")
      ->type_name("N")
      ->check(check_count);
  app.add_option("--output", options.display.output,
                 "Replace this file atomically instead of writing to standard output")
      ->type_name("FILE")
      ->check(check_not_empty);
  app.add_option("--pin-root", options.selection.pin_root,
                 std::string("Where devices are pinned (default: ") + kDefaultPinRoot + ")")
      ->type_name("DIR")
      ->check(check_not_empty);
  app.add_option("--listen", options.listen,
                 "Answer HTTP: PORT (of this machine alone), ADDRESS:PORT, [IPV6]:PORT,\n"
                 "unix:PATH or systemd")
      ->type_name("WHERE")
      ->check(check_not_empty);

  try {
    // CLI11 expects the arguments in reverse order.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp &) {
    options.answer = app.help();
    return options;
  } catch (const CLI::CallForVersion &version) {
    options.answer = std::string(version.what()) + "\n";
    return options;
  } catch (const CLI::ParseError &error) {
    return failure(error.what());
  }
  for (const char *other : {"--format", "--watch", "--count", "--output", "--sort", "--top"}) {
    if (!options.listen.empty() && app.count(other) > 0) {
      return failure(std::string("--listen and ") + other + " exclude each other");
    }
  }
  auto parsed = parse_maps(maps);
  if (!parsed) {
    return Failure(parsed.error());
  }
  options.selection.devices = devices_named(devices);
  options.selection.maps = std::move(*parsed);
  options.display.format = chosen(format, kFormats);
  if (sort->count() > 0) {
    options.display.arrangement.order = chosen(order, kOrders);
  }
  for (const char *other : {"--sort", "--top"}) {
    if (options.display.format != Format::kTable && app.count(other) > 0) {
      return failure(std::string(other) + " is for the table; --format " + format + " has all");
    }
  }
  options.watch = watch->count() > 0;
  options.display.interval =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(interval));
  return options;
}

} // namespace xdpstats
