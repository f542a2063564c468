// SPDX-License-Identifier: BSD-2-Clause
#include <signal.h>
#include <unistd.h>

#include "base/out_of_memory.h"
#include "base/write_all.h"
#include "console/options.h"
#include "console/server_command.h"
#include "display/display.h"
#include "formats/snapshot_reader.h"

namespace xdpstats {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int run(int argc, char **argv) {
  auto options = parse_options({argv + 1, argv + argc});
  if (!options) {
    print_error("xdp-stats", {options.error().message, "xdp-stats --help", 0});
    return kWrongUsage;
  }
  ::signal(SIGPIPE, SIG_IGN);
  if (!options->answer.empty()) {
    if (const auto written = write_all(STDOUT_FILENO, options->answer, "standard output");
        !written) {
      print_error("xdp-stats", written.error());
      return kFailed;
    }
    return 0;
  }
  if (!options->listen.empty()) {
    print_error("xdp-stats", become_server(argv));
    return kFailed;
  }
  SnapshotReader reader(std::move(options->selection));
  const SnapshotSource source = [&reader] { return reader.collect(); };
  return options->watch ? watch(source, options->display) : show_once(source, options->display);
}

} // namespace
} // namespace xdpstats

int main(int argc, char **argv) {
  return xdpstats::guard_main([&] { return xdpstats::run(argc, argv); });
}
