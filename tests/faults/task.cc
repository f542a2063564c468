// SPDX-License-Identifier: BSD-2-Clause
#include "tests/faults/task.h"

#include <algorithm>

#include "tests/support/probe.h"

namespace xdpstats::test {
namespace {

using Kind = Task::Kind;
using Needs = Task::Needs;

constexpr char kVerdicts[] = PROGRAMS "/verdicts.bpf.o";
constexpr char kPass[] = PROGRAMS "/pass.bpf.o";

Command load_va(Command more) {
  more.insert(more.begin(), {"--dev", "va"});
  return loader(std::move(more));
}

Command read(Command options) {
  options.insert(options.begin(), XDP_STATS);
  return options;
}

std::vector<Task> loader_tasks() {
  const Command pin = load_va({"--pin"});
  const Command program = load_va({"--pin", "--program", kVerdicts});
  return {
      {"pin", Kind::kCount, {}, pin},
      {"pin-group", Kind::kCount, {}, load_va({"--pin", "--group", "games"})},
      {"pin-array", Kind::kCount, {}, load_va({"--pin", "--map", "array"})},
      {"pin-skb", Kind::kCount, {}, load_va({"--pin", "--mode", "skb"})},
      {"pin-program", Kind::kCount, {}, program},
      {"again", Kind::kCount, {pin}, pin, true},
      {"program", Kind::kCount, {pin}, program, true},
      {"builtin", Kind::kCount, {program}, pin, true},
      {"reset", Kind::kCount, {pin}, load_va({"--pin", "--reset"}), true},
      {"reset-array",
       Kind::kCount,
       {pin},
       load_va({"--pin", "--reset", "--map", "array", "--group", "games"}),
       true},
      {"unload", Kind::kUnload, {pin}, load_va({"--unload"}), true},
      {"unload-program", Kind::kUnload, {program}, load_va({"--unload"}), true},
      {"unload-all", Kind::kUnload, {pin}, loader({"--unload", "--all"}), true},
      {"foreground", Kind::kForeground, {}, load_va({"--interval", "0.1", "--count", "2"})},
      {"status", Kind::kRead, {pin}, load_va({"--status"}), true},
      {"status-json", Kind::kRead, {pin}, loader({"--status", "--json"}), true},
  };
}

std::vector<Task> reader_tasks() {
  const Command pin = load_va({"--pin"});
  return {
      {"read-table", Kind::kRead, {pin}, read({}), true},
      {"read-json", Kind::kRead, {pin}, read({"--format", "json"}), true},
      {"read-prometheus", Kind::kRead, {pin}, read({"--format", "prometheus"}), true},
      {"read-openmetrics", Kind::kRead, {pin}, read({"--format", "openmetrics"}), true},
      {"collectd", Kind::kAgent, {pin}, {}, true},
  };
}

std::vector<Task> dispatcher_tasks() {
  const Command pin = load_va({"--pin"});
  const Command theirs = {"xdp-loader", "load", "-P", "20", "va", kPass};
  const Command chain = load_va({"--pin", "--chain"});
  const auto needs = Needs::kDispatcher;
  return {
      {"priority", Kind::kCount, {pin}, load_va({"--pin", "--priority", "7"}), true, needs},
      {"chain", Kind::kCount, {theirs}, chain, false, needs},
      {"chain-program",
       Kind::kCount,
       {theirs, chain},
       load_va({"--pin", "--program", kVerdicts}),
       true,
       needs},
      {"chain-reset", Kind::kCount, {theirs, chain}, load_va({"--pin", "--reset"}), true, needs},
      {"chain-unload", Kind::kUnload, {theirs, chain}, load_va({"--unload"}), true, needs},
  };
}

std::vector<Task> tracing_tasks() {
  const Command theirs = {"ip",     "-force", "link",    "set", "va",
                          "xdpdrv", "obj",    kVerdicts, "sec", "xdp.frags"};
  const Command observe = load_va({"--pin", "--observe"});
  const auto needs = Needs::kTracing;
  return {
      {"observe", Kind::kCount, {theirs}, observe, false, needs},
      {"observe-again", Kind::kCount, {theirs, observe}, observe, true, needs},
      {"observe-reset",
       Kind::kCount,
       {theirs, observe},
       load_va({"--pin", "--observe", "--reset"}),
       true,
       needs},
      {"observe-move", Kind::kCount, {theirs, observe, theirs}, observe, false, needs},
      {"observe-unload", Kind::kUnload, {theirs, observe}, load_va({"--unload"}), true, needs},
      {"observe-foreground",
       Kind::kForeground,
       {theirs},
       load_va({"--observe", "--interval", "0.1", "--count", "2"}),
       false,
       needs},
      {"follow",
       Kind::kFollow,
       {theirs},
       load_va({"--pin", "--observe", "--follow"}),
       false,
       needs},
      {"instead-of-observer",
       Kind::kCount,
       {theirs, observe, {"ip", "link", "set", "va", "xdp", "off"}},
       load_va({"--pin"}),
       false,
       needs},
  };
}

} // namespace

bool Task::resets() const {
  return std::find(command.begin(), command.end(), "--reset") != command.end();
}

std::vector<Task> tasks_of_this_kernel() {
  std::vector<Task> tasks = loader_tasks();
  const auto add = [&tasks](std::vector<Task> more) {
    tasks.insert(tasks.end(), more.begin(), more.end());
  };
  add(reader_tasks());
  if (can_load_extension().supported) {
    add(dispatcher_tasks());
  }
  if (can_load_tracing().supported) {
    add(tracing_tasks());
  }
  return tasks;
}

} // namespace xdpstats::test
