// SPDX-License-Identifier: BSD-2-Clause
// What a client sends to `xdp-stats --listen`, whole; what it sends as Accept; and what --listen is
// given. The first byte chooses.
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "server/http.h"
#include "server/negotiation.h"
#include "tests/fuzz/fuzz.h"

using namespace xdpstats;
using fuzz::require;

namespace {

void read_accept(const std::string &accept) {
  const Dialect chosen = choose_dialect(accept);
  require(choose_dialect(" " + accept + "\t") == chosen, "blanks around a header mean nothing");
  require(choose_dialect(accept + ",") == chosen, "an empty range means nothing");
}

void read_address(const std::string &text) {
  const auto addresses = parse_listen_address(text);
  if (!addresses) {
    require(!addresses.error().message.empty(), "a refusal has a reason");
    return;
  }
  for (const SocketAddress &address : *addresses) {
    require(address.length <= sizeof(address.storage), "an address fits");
    const auto again = parse_listen_address(address.text());
    require(again && again->size() == 1 && again->front().text() == address.text(),
            "an address reads back");
  }
}

std::string everything_from(int socket) {
  std::string text;
  char chunk[65536];
  ssize_t length = 0;
  while ((length = ::recv(socket, chunk, sizeof(chunk), MSG_DONTWAIT)) > 0) {
    text.append(chunk, static_cast<size_t>(length));
  }
  return text;
}

// One client after the other talks to one server, as in life.
void serve(const std::string &request) {
  static const std::unique_ptr<Http> server = [] {
    auto started = Http::start();
    require(started.has_value(), "the server starts");
    return std::move(*started);
  }();
  int ends[2] = {-1, -1};
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0,
          "a pair of sockets");
  const UniqueFd client(ends[0]);
  SocketAddress peer;
  peer.storage.ss_family = AF_UNIX;
  peer.length = sizeof(sa_family_t);
  server->add(UniqueFd(ends[1]), peer);
  require(::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(request.size()),
          "a request is taken");
  ::shutdown(client.get(), SHUT_WR);
  std::string answer;
  for (int steps = 0; steps < 100 && server->connections().size() != 0; ++steps) {
    server->step();
    if (server->has_waiting()) {
      server->answer_waiting([] { return Snapshot{}; });
    }
    answer += everything_from(client.get());
  }
  answer += everything_from(client.get());
  require(server->connections().size() == 0, "a client that has said all is let go");
  require(server->held_bytes() == 0, "no answer is kept");
  require(answer.empty() || answer.starts_with("HTTP/1."), "an answer is one of HTTP");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) {
    return 0;
  }
  // Neither a header nor an option can hold a zero byte.
  const std::string text(fuzz::text_of(data + 1, size - 1));
  const std::string line = text.substr(0, text.find('\0'));
  switch (data[0] % 3) {
  case 0:
    read_accept(line);
    break;
  case 1:
    read_address(line);
    break;
  default:
    serve(text);
  }
  return 0;
}
