// SPDX-License-Identifier: BSD-2-Clause
// Whose turn is over: each connection has so long to send its request, and so long to take the
// answer. libmicrohttpd's own time-out starts anew with every byte.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

namespace xdpstats {

inline constexpr std::chrono::seconds kRequestTime{10};
inline constexpr std::chrono::seconds kAnswerTime{30};

/// Connections by their descriptor, which somebody else owns. Time is an argument of every call.
class Connections {
public:
  using Time = std::chrono::steady_clock::time_point;

  void opened(int fd, Time now);
  /// The request is complete.
  void answering(int fd, Time now);
  void closed(int fd);

  [[nodiscard]] size_t size() const { return connections_.size(); }
  /// Connections that an answer is on its way to.
  [[nodiscard]] size_t count_answering() const;

  /// Connections whose time is over. Each is named once.
  [[nodiscard]] std::vector<int> take_overdue(Time now);
  /// When the next one will be overdue.
  [[nodiscard]] std::optional<Time> next_deadline() const;

  /// The one that has waited longest for the rest of its request, or, if there is none, has taken
  /// its answer for longest; nullopt: there is no connection, or each has been named already.
  [[nodiscard]] std::optional<int> take_oldest();
  /// The one that has taken its answer for longest.
  [[nodiscard]] std::optional<int> take_oldest_answering();

private:
  struct Connection {
    bool answering = false;
    bool named = false; ///< it is being closed
    Time since;
  };
  [[nodiscard]] std::optional<int> take_oldest(bool answering);

  std::map<int, Connection> connections_;
};

} // namespace xdpstats
