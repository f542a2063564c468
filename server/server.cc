// SPDX-License-Identifier: BSD-2-Clause
#include "server/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace xdpstats {
namespace {

// Of answers that are not delivered yet. Beyond it whoever takes longest to take one loses it.
constexpr size_t kMostHeldBytes = 67'108'864;
// What the kernel holds of an answer for each connection; by itself it would be up to 4 MiB.
constexpr int kSendBuffer = 64 * 1024;
// So that those who connect without a pause do not keep others from their answers.
constexpr int kAcceptedAtOnce = 32;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
constexpr std::chrono::seconds kTimeToFinish{1};

} // namespace

Server::Server(std::vector<Listener> listeners, std::unique_ptr<Http> http, SnapshotSource source,
               size_t most_connections, UniqueFd signals)
    : listeners_(std::move(listeners)), http_(std::move(http)), source_(std::move(source)),
      most_connections_(most_connections), signals_(std::move(signals)) {}

void Server::run() {
  for (;;) {
    cut_connections();
    http_->step();
    if (http_->has_waiting()) {
      http_->answer_waiting(source_);
      http_->step();
    }
    if (end_ && (http_->connections().count_answering() == 0 || Clock::now() >= *end_)) {
      return;
    }
    wait();
  }
}

void Server::cut_connections() {
  for (const int fd : http_->connections().take_overdue(Clock::now())) {
    Http::cut(fd);
  }
  while (http_->held_bytes() > kMostHeldBytes) {
    const auto slowest = http_->connections().take_oldest_answering();
    if (!slowest) {
      return;
    }
    Http::cut(*slowest);
    http_->step();
  }
}

int Server::milliseconds_to_wait() const {
  // Each step may have brought requests that no event will tell of again.
  if (http_->is_pending() || http_->has_waiting()) {
    return 0;
  }
  auto next = http_->connections().next_deadline();
  for (const auto &other : {end_, std::optional(accept_from_)}) {
    if (other && *other > Clock::now() && (!next || *other < *next)) {
      next = other;
    }
  }
  if (!next) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
  return static_cast<int>(std::max<int64_t>(0, left.count()));
}

void Server::wait() {
  std::vector<pollfd> waited = {{http_->event_fd(), POLLIN, 0}, {signals_.get(), POLLIN, 0}};
  if (Clock::now() >= accept_from_) {
    for (const auto &listener : listeners_) {
      waited.push_back({listener.fd(), POLLIN, 0});
    }
  }
  if (::poll(waited.data(), waited.size(), milliseconds_to_wait()) <= 0) {
    return;
  }
  if (waited[1].revents != 0 && !end_) {
    end_ = Clock::now() + kTimeToFinish;
    listeners_.clear();
    return;
  }
  for (size_t i = 2; i < waited.size(); ++i) {
    if (waited[i].revents != 0) {
      accept_from(listeners_[i - 2]);
    }
  }
}

void Server::accept_from(const Listener &listener) {
  for (int accepted = 0; accepted < kAcceptedAtOnce; ++accepted) {
    SocketAddress peer;
    peer.length = sizeof(peer.storage);
    UniqueFd connection(
        ::accept4(listener.fd(), peer.get(), &peer.length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection.valid()) {
      if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        // No descriptor or no memory is left: the one that waits can be polled for all the time.
        make_room();
        accept_from_ = Clock::now() + kPauseWithoutDescriptors;
      }
      return;
    }
    ::setsockopt(connection.get(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof(kSendBuffer));
    if (http_->connections().size() >= most_connections_) {
      make_room();
    }
    http_->add(std::move(connection), peer);
  }
}

void Server::make_room() {
  if (const auto oldest = http_->connections().take_oldest()) {
    Http::cut(*oldest);
    http_->step();
  }
}

} // namespace xdpstats
