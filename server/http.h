// SPDX-License-Identifier: BSD-2-Clause
// HTTP by libmicrohttpd, driven by whoever owns this: one thread, no time-outs, no accepting.
#pragma once

#include <microhttpd.h>

#include <functional>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "server/answer.h"
#include "server/connections.h"
#include "server/listen_address.h"

namespace xdpstats {

/// A connection's request: what is to be rendered, and the answer when it is there.
struct Request {
  Rendering rendering = Rendering::kClassic;
  bool answered = false; ///< the rest is there
  unsigned status = 0;
  std::shared_ptr<MHD_Response> response;
};

/// Each connection is for one request. Requests for counters wait until answer_waiting, so that
/// those that come together share one reading, made after each of them was complete.
class Http {
public:
  [[nodiscard]] static Result<std::unique_ptr<Http>> start();
  Http(const Http &) = delete;
  ~Http();

  /// Becomes readable when there is something to do for step().
  [[nodiscard]] int event_fd() const;
  /// Whether step() has something to do now, whatever event_fd() says.
  [[nodiscard]] bool is_pending() const;

  void add(UniqueFd connection, const SocketAddress &peer);
  /// Reads and writes what can be without waiting.
  void step();

  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }
  /// Answers all that wait with one snapshot.
  void answer_waiting(const SnapshotSource &source);

  /// Bytes of answers that are not delivered yet, each counted once, however many get it.
  [[nodiscard]] size_t held_bytes() const { return held_bytes_; }

  [[nodiscard]] Connections &connections() { return connections_; }
  /// Ends a connection, at the next step.
  static void cut(int connection);

private:
  Http() = default;

  static MHD_Result on_request(void *self, MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *data_size, void **request) noexcept;
  static void on_completed(void *self, MHD_Connection *connection, void **request,
                           MHD_RequestTerminationCode code) noexcept;
  static void on_connection(void *self, MHD_Connection *connection, void **context,
                            MHD_ConnectionNotificationCode code) noexcept;

  MHD_Result begin(MHD_Connection *connection, const char *url, const char *method,
                   Request &request);
  MHD_Result answer_at_once(MHD_Connection *connection, Answer answer);
  [[nodiscard]] std::shared_ptr<MHD_Response> make_response(Answer answer);

  MHD_Daemon *daemon_ = nullptr;
  Connections connections_;
  struct Waiting {
    MHD_Connection *connection;
    Request *request;
  };
  std::vector<Waiting> waiting_;
  size_t held_bytes_ = 0;
};

} // namespace xdpstats
