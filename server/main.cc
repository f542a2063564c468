// SPDX-License-Identifier: BSD-2-Clause
// What xdp-stats becomes for --listen: it hands its command line on.
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>

#include "console/options.h"
#include "display/display.h"
#include "display/teller.h"
#include "formats/snapshot_reader.h"
#include "server/server.h"

namespace {

using namespace xdpstats;

constexpr char kProgram[] = "xdp-stats";
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr size_t kMostConnections = 1000;

// Most of the descriptors are for the counters of devices, which stay open.
size_t most_connections() {
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<size_t>(kMostConnections, limit.rlim_cur / 8);
}

// SIGHUP is what a terminal that closes sends, and no reason to end or to read anything again.
UniqueFd take_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  sigset_t ending = {};
  ::sigemptyset(&ending);
  ::sigaddset(&ending, SIGINT);
  ::sigaddset(&ending, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &ending, nullptr);
  return UniqueFd(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
}

void announce(const std::vector<Listener> &listeners) {
  for (const auto &listener : listeners) {
    const std::string address = listener.address().text();
    const bool has_url = listener.address().path().empty();
    print_error(kProgram,
                {"listening on " + (has_url ? "http://" + address + "/" : address), {}, 0});
    if (!listener.address().is_local()) {
      print_error(kProgram, {"there is no authentication: whoever can connect to " + address +
                                 " reads the counters",
                             {},
                             0});
    }
  }
}

int fail(const Error &error) {
  print_error(kProgram, error);
  return kFailed;
}

} // namespace

int main(int argc, char **argv) {
  auto options = parse_options({argv + 1, argv + argc});
  auto addresses = options ? parse_listen_address(options->listen)
                           : Result<std::vector<SocketAddress>>(Failure(options.error()));
  if (!addresses) {
    print_error(kProgram, {addresses.error().message, "xdp-stats --help", 0});
    return kWrongUsage;
  }
  UniqueFd signals = take_signals();
  if (!signals.valid()) {
    return fail(os_failure("cannot wait for signals", errno).value());
  }
  auto listeners = open_listeners(*addresses);
  if (!listeners) {
    return fail(listeners.error());
  }
  auto http = Http::start();
  if (!http) {
    return fail(http.error());
  }
  announce(*listeners);
  SnapshotReader reader(std::move(options->selection));
  Teller teller(kProgram);
  Server server(
      std::move(*listeners), std::move(*http),
      [&reader, &teller] {
        Snapshot snapshot = reader.collect();
        teller.tell({}, snapshot.problems);
        return snapshot;
      },
      most_connections(), std::move(signals));
  ::sd_notify(0, "READY=1");
  server.run();
  return 0;
}
