// SPDX-License-Identifier: BSD-2-Clause
#include "server/connections.h"

#include <algorithm>

namespace xdpstats {
namespace {

std::chrono::seconds allowed(bool answering) { return answering ? kAnswerTime : kRequestTime; }

} // namespace

void Connections::opened(int fd, Time now) { connections_[fd] = {false, false, now}; }

void Connections::answering(int fd, Time now) {
  if (const auto found = connections_.find(fd); found != connections_.end()) {
    found->second.answering = true;
    found->second.since = now;
  }
}

void Connections::closed(int fd) { connections_.erase(fd); }

size_t Connections::count_answering() const {
  return static_cast<size_t>(
      std::count_if(connections_.begin(), connections_.end(), [](const auto &connection) {
        return connection.second.answering && !connection.second.named;
      }));
}

std::vector<int> Connections::take_overdue(Time now) {
  std::vector<int> overdue;
  for (auto &[fd, connection] : connections_) {
    if (!connection.named && now - connection.since >= allowed(connection.answering)) {
      connection.named = true;
      overdue.push_back(fd);
    }
  }
  return overdue;
}

std::optional<Connections::Time> Connections::next_deadline() const {
  std::optional<Time> next;
  for (const auto &[fd, connection] : connections_) {
    const Time deadline = connection.since + allowed(connection.answering);
    if (!connection.named && (!next || deadline < *next)) {
      next = deadline;
    }
  }
  return next;
}

std::optional<int> Connections::take_oldest() {
  const auto silent = take_oldest(false);
  return silent ? silent : take_oldest(true);
}

std::optional<int> Connections::take_oldest_answering() { return take_oldest(true); }

std::optional<int> Connections::take_oldest(bool answering) {
  auto oldest = connections_.end();
  for (auto it = connections_.begin(); it != connections_.end(); ++it) {
    if (!it->second.named && it->second.answering == answering &&
        (oldest == connections_.end() || it->second.since < oldest->second.since)) {
      oldest = it;
    }
  }
  if (oldest == connections_.end()) {
    return std::nullopt;
  }
  oldest->second.named = true;
  return oldest->first;
}

} // namespace xdpstats
