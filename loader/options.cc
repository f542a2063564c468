// SPDX-License-Identifier: BSD-2-Clause
#include "loader/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <initializer_list>

#include "base/netdev.h"
#include "display/option_checks.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

constexpr char kDescription[] =
    "Count the verdicts of XDP: attach a program, or observe the one that is there.";
const Choices<AttachMode> kModes = {{"auto", AttachMode::kAuto},
                                    {"native", AttachMode::kNative},
                                    {"skb", AttachMode::kSkb},
                                    {"hw", AttachMode::kHw}};
const Choices<MapKind> kMapKinds = {{"percpu", MapKind::kPerCpu}, {"array", MapKind::kShared}};

constexpr char kFooter[] = R"(
Examples:
  xdp-stats-load --dev eth0                   look at it: count until ^C
  xdp-stats-load --dev eth0 --pin             count from now on, and exit
  xdp-stats-load --dev eth0 --pin --observe   count what the XDP program that is there decides
  xdp-stats-load --dev eth0 --pin --observe --follow       and go along when that changes
  xdp-stats-load --dev 'veth*' --pin --follow      count each as it appears
  xdp-stats-load --dev eth0 --pin --program my.bpf.o:my_prog
  xdp-stats-load --status                     what is counted, and by whom
  xdp-stats-load --dev eth0 --unload          stop, and remove the counters
  xdp-stats-load --unload --gone              forget the devices that are gone
See xdp-stats-load(8).)";

// A name that the kernel would refuse (dev_valid_name) is wrong usage rather than a missing device.
// Alternative names and patterns are longer than names.
std::string check_device_name(const std::string &spelling) {
  const std::string name = device_spelled(spelling);
  const bool valid = !name.empty() && name.size() < kAlternativeNameSize && name != "." &&
                     name != ".." && std::none_of(name.begin(), name.end(), [](unsigned char c) {
                       return c == '/' || c == ':' || std::isspace(c) != 0;
                     });
  return valid ? "" : "'" + spelling + "' is no name of a network device";
}

// Whether an option was given, also where its value is the default.
using Given = std::function<bool(const char *)>;

bool any(const Given &given, std::initializer_list<const char *> names) {
  return std::any_of(names.begin(), names.end(), given);
}

std::string wrong_task(const Given &given) {
  const bool unload = given("--unload");
  const bool status = given("--status");
  if (unload && status) {
    return "--unload and --status exclude each other";
  }
  if (any(given, {"--all", "--gone"}) && !unload) {
    return "--all and --gone go with --unload";
  }
  if (given("--dev") + given("--all") + given("--gone") > 1) {
    return "--dev, --all and --gone exclude each other";
  }
  if (!status && !any(given, {"--dev", "--all", "--gone"})) {
    return "--dev is required";
  }
  if ((unload || status) &&
      any(given, {"--pin", "--reset", "--chain", "--priority", "--map", "--group", "--follow",
                  "--forget", "--observe", "--program", "--mode", "--losses", "--no-losses"})) {
    return std::string(unload ? "--unload" : "--status") + " goes with --dev, " +
           (unload ? "--all, --gone, " : "") + "--pin-root and --verbose only";
  }
  if (given("--json") && !status) {
    return "--json goes with --status";
  }
  const bool foreground = !unload && !status && !given("--pin");
  if (foreground &&
      any(given, {"--reset", "--chain", "--priority", "--group", "--losses", "--no-losses"})) {
    return "--reset, --chain, --priority, --group, --losses and --no-losses need --pin";
  }
  if (given("--losses") && given("--no-losses")) {
    return "--losses and --no-losses exclude each other";
  }
  if (!foreground && any(given, {"--count", "--interval"})) {
    return "--interval and --count are for the foreground: they do not go with --pin, --unload or "
           "--status";
  }
  return "";
}

std::string wrong_source(const Given &given, const CountRequest &request) {
  if (given("--observe") && any(given, {"--program", "--chain", "--priority", "--mode"})) {
    return "--observe attaches no XDP program: it does not go with --program, --chain, --priority "
           "or --mode";
  }
  if (given("--follow") && !given("--pin")) {
    return "--follow goes with --pin";
  }
  if (given("--forget") && !given("--follow")) {
    return "--forget goes with --follow";
  }
  if (given("--chain") && given("--program")) {
    return "--chain puts the built-in counter in front of a program: it does not go with "
           "--program";
  }
  if (request.attach.mode == AttachMode::kHw && request.source == Source::kBuiltin) {
    return "--mode hw needs --program: the built-in counter cannot run in a network card";
  }
  return "";
}

Task chosen_task(const Given &given) {
  return given("--unload")   ? Task::kUnload
         : given("--status") ? Task::kStatus
         : given("--pin")    ? Task::kPin
                             : Task::kForeground;
}

} // namespace

Options parse_options(int argc, char **argv) {
  Options options;
  CountRequest &count = options.count;
  uint64_t forget = static_cast<uint64_t>(options.forget.count());
  double interval = std::chrono::duration<double>(options.interval).count();
  std::string mode = kModes.front().first;
  std::string map_kind;
  options.pin_root = kDefaultPinRoot;

  CLI::App app(kDescription, "xdp-stats-load");
  app.footer(kFooter);
  app.set_version_flag("--version", "xdp-stats-load " XDP_STATS_VERSION);
  app.set_help_flag("-h,--help", "Print this help and exit");
  // Their values are not needed: given() tells.
  const auto flag = [&app](const char *name, const std::string &text) { app.add_flag(name, text); };
  app.add_option("-d,--dev", options.devices, "Network device, or a pattern; may be repeated")
      ->type_name("DEVICE")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_device_name, ""));
  flag("--pin", "Pin the counters and exit; counting goes on");
  flag("--observe", "Count the verdicts of the XDP program that is attached already");
  app.add_flag("--follow", count.follow,
               "With --pin: stay, and count what appears, or changes, from now on");
  app.add_option("--forget", forget,
                 "With --follow: how long to keep the counters of devices that are gone")
      ->type_name("SECONDS")
      ->check(check_seconds);
  app.add_option("--program", count.program,
                 "Count through xdp_stats.bpf.h in this XDP program instead of the built-in one")
      ->type_name("FILE[:NAME]")
      ->check(check_not_empty);
  app.add_option("--mode", mode, "Where to attach")
      ->type_name("auto|native|skb|hw")
      ->check([](const std::string &word) { return check_choice(word, kModes); });
  app.add_option("--map", map_kind,
                 "Counters for each CPU (the default, and fast), or shared by all CPUs")
      ->type_name("percpu|array")
      ->check([](const std::string &word) { return check_choice(word, kMapKinds); });
  app.add_flag("--chain", count.attach.chain,
               "Count in front of the programs that libxdp's dispatcher runs already");
  app.add_option("--priority", count.attach.priority,
                 "Place in libxdp's dispatcher, lower runs first")
      ->type_name("N");
  app.add_option("--interval", interval, "Without --pin: seconds between two tables")
      ->type_name("SECONDS")
      ->check(check_interval)
      ->capture_default_str();
  app.add_option("--count", options.tables, "Without --pin: stop after so many tables")
      ->type_name("N")
      ->check(check_count);
  app.add_option("--group", count.group, "Group that may read the counters")
      ->type_name("GROUP")
      ->check(check_not_empty);
  app.add_option("--pin-root", options.pin_root, "Directory in bpffs that holds the pins")
      ->type_name("DIR")
      ->check(check_not_empty)
      ->capture_default_str();
  flag("--losses", "Count as well what becomes of frames that were to be sent, and were lost");
  flag("--no-losses", "End that; the numbers stay");
  app.add_flag("--reset", count.reset, "Start the counters again at zero");
  flag("--unload", "Detach what is ours and remove the pins");
  app.add_flag("--all", options.all, "With --unload: every pinned device");
  app.add_flag("--gone", options.gone, "With --unload: those whose device is gone");
  flag("--status", "Tell what is counted, and by whom");
  app.add_flag("--json", options.json, "With --status: as JSON");
  app.add_flag("-v,--verbose", options.verbose, "Show what libbpf and libxdp say");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    options.task = Task::kHelp;
    options.text = app.help();
    return options;
  } catch (const CLI::CallForVersion &version) {
    options.task = Task::kHelp;
    options.text = std::string(version.what()) + "\n";
    return options;
  } catch (const CLI::ParseError &error) {
    options.task = Task::kUsageError;
    options.text = error.what();
    return options;
  }

  count.attach.mode = chosen(mode, kModes);
  if (!map_kind.empty()) {
    count.map_kind = chosen(map_kind, kMapKinds);
  }
  options.forget = std::chrono::seconds(forget);
  options.interval =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(interval));
  const Given given = [&app](const char *name) { return app.count(name) != 0; };
  count.source = given("--observe")   ? Source::kObserve
                 : given("--program") ? Source::kProgram
                                      : Source::kBuiltin;
  if (any(given, {"--losses", "--no-losses"})) {
    count.losses = given("--losses");
  }
  while (options.pin_root.size() > 1 && options.pin_root.back() == '/') {
    options.pin_root.pop_back();
  }
  count.pin_root = options.pin_root;
  // A device named twice is one device.
  std::vector<std::string> unique;
  for (const auto &spelling : options.devices) {
    std::string device = device_spelled(spelling);
    if (std::find(unique.begin(), unique.end(), device) == unique.end()) {
      unique.push_back(std::move(device));
    }
  }
  options.devices = std::move(unique);

  options.text = wrong_task(given);
  if (options.text.empty()) {
    options.text = wrong_source(given, count);
  }
  options.task = options.text.empty() ? chosen_task(given) : Task::kUsageError;
  return options;
}

} // namespace xdpstats
