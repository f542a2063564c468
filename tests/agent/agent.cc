// SPDX-License-Identifier: BSD-2-Clause
#include "tests/agent/agent.h"
#include "tests/support/files.h"
#include "tests/support/wait.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace xdpstats::test {
namespace {

namespace fs = std::filesystem;

// collectd is not linked with the runtime of the sanitizer, which has to come first. Leaks are not
// searched for: collectd itself leaves two allocations behind. As it is stripped, a suppression
// could only name the whole daemon, which is in the stacks of the plugin as well. The tests with a
// fake daemon search for leaks of the plugin.
Environment environment() {
  if (std::string(XDP_STATS_ASAN_RUNTIME).empty()) {
    return {};
  }
  return {"LD_PRELOAD=" XDP_STATS_ASAN_RUNTIME, "ASAN_OPTIONS=detect_leaks=0:abort_on_error=1"};
}

std::vector<std::string> lines_of(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

} // namespace

Agent::Agent(AgentOptions options) : options_(std::move(options)) {
  // collectd may run as any user.
  fs::permissions(directory_, fs::perms::all);
  std::ofstream(directory_ + "/collectd.conf") << configuration();
}

Agent::~Agent() = default;

std::string Agent::configuration() const {
  const auto quoted = [](const std::string &text) { return "\"" + text + "\"\n"; };
  std::string text = "BaseDir " + quoted(directory_) + "Hostname \"agent\"\n" +
                     "TypesDB \"/usr/share/collectd/types.db\"\n" + "Interval " +
                     options_.interval + "\nWriteThreads 1\n" + "PluginDir " +
                     quoted(XDP_STATS_COLLECTD_DIR) +
                     "LoadPlugin logfile\n<Plugin logfile>\n  File " + quoted(directory_ + "/log") +
                     "  PrintSeverity true\n  Timestamp false\n</Plugin>\n";
  text += options_.daemon_options + "LoadPlugin csv\n<Plugin csv>\n  DataDir " +
          quoted(directory_ + "/csv") + "  StoreRates false\n</Plugin>\n";
  text += "PluginDir " + quoted(XDP_STATS_PLUGIN_DIR) + "Include " + quoted(XDP_STATS_SNIPPET);
  if (!options_.plugin_options.empty()) {
    text += "<Plugin xdp_stats>\n" + options_.plugin_options + "\n</Plugin>\n";
  }
  return text;
}

std::vector<std::string> Agent::command(const std::string &mode) const {
  auto arguments = options_.run_by;
  for (const auto *argument : {COLLECTD, mode.c_str(), "-C"}) {
    arguments.emplace_back(argument);
  }
  arguments.push_back(directory_ + "/collectd.conf");
  arguments.insert(arguments.end(), {"-P", directory_ + "/pid"});
  return arguments;
}

void Agent::start() { process_ = std::make_unique<Process>(command("-f"), environment()); }

Finished Agent::stop() {
  process_->signal(SIGTERM);
  return process_->wait();
}

void Agent::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

Finished Agent::test_read() const { return run(command("-T"), environment()); }

std::vector<Agent::Row> Agent::rows(const std::string &instance, const std::string &value) const {
  std::vector<Row> rows;
  const fs::path directory = directory_ + "/csv/agent/xdp_stats-" + instance;
  if (!fs::exists(directory)) {
    return rows;
  }
  // There is one file for each day; around midnight there may be two.
  std::vector<fs::path> files;
  for (const auto &entry : fs::directory_iterator(directory)) {
    if (entry.path().filename().string().starts_with(value + "-")) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const auto &file : files) {
    const std::string text = read_file(file);
    // Without the last line if it is only half written.
    for (const auto &line : lines_of(text.substr(0, text.rfind('\n') + 1))) {
      const auto comma = line.find(',');
      if (comma != std::string::npos && line != "epoch,value") {
        rows.push_back({line.substr(0, comma), line.substr(comma + 1)});
      }
    }
  }
  return rows;
}

std::vector<std::string> Agent::values(const std::string &instance) const {
  std::vector<std::string> names;
  for (const auto &entry :
       fs::directory_iterator(directory_ + "/csv/agent/xdp_stats-" + instance)) {
    const std::string name = entry.path().filename();
    names.push_back(name.substr(0, name.size() - std::string("-2006-01-02").size()));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Counters Agent::newest(const std::string &instance) const {
  const auto name = [](const char *type, size_t action) {
    return std::string(type) + kActionNames[action];
  };
  const auto rows_now = [&] {
    std::vector<size_t> sizes;
    for (const auto *type : {"if_rx_packets-", "if_rx_octets-"}) {
      for (size_t action = 0; action < kActionCount; ++action) {
        sizes.push_back(rows(instance, name(type, action)).size());
      }
    }
    return sizes;
  };
  const auto before = rows_now();
  wait_until("collectd has written all values of " + instance, [&] {
    const auto now = rows_now();
    // The first new row may have been read before this call.
    return std::equal(before.begin(), before.end(), now.begin(),
                      [](size_t old_size, size_t size) { return size >= old_size + 2; });
  });
  Counters counters = {};
  for (size_t action = 0; action < kActionCount; ++action) {
    counters[action] = {std::stoull(rows(instance, name("if_rx_packets-", action)).back().value),
                        std::stoull(rows(instance, name("if_rx_octets-", action)).back().value)};
  }
  return counters;
}

std::vector<std::string> Agent::log(const std::string &text) const {
  auto lines = lines_of(read_file(directory_ + "/log"));
  std::erase_if(lines,
                [&text](const std::string &line) { return line.find(text) == std::string::npos; });
  return lines;
}

} // namespace xdpstats::test
