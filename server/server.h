// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "base/fd.h"
#include "server/http.h"
#include "server/listener.h"

namespace xdpstats {

/// Accepts connections and answers them until a signal comes, all in one thread. Whoever is slow,
/// silent or greedy loses its connection, and holds up nobody else.
class Server {
public:
  /// `signals`, a signalfd, becomes readable when it is time to end. At most `most_connections` at
  /// once: the oldest goes when one more comes.
  Server(std::vector<Listener> listeners, std::unique_ptr<Http> http, SnapshotSource source,
         size_t most_connections, UniqueFd signals);

  /// Answers that are on their way when the signal comes have another second.
  void run();

private:
  using Clock = std::chrono::steady_clock;

  void cut_connections();
  void wait();
  void accept_from(const Listener &listener);
  void make_room();
  [[nodiscard]] int milliseconds_to_wait() const;

  std::vector<Listener> listeners_;
  std::unique_ptr<Http> http_;
  SnapshotSource source_;
  size_t most_connections_;
  UniqueFd signals_;
  Clock::time_point accept_from_; ///< no earlier than this
  std::optional<Clock::time_point> end_;
};

} // namespace xdpstats
