// SPDX-License-Identifier: BSD-2-Clause
#include "server/http.h"

#include <sys/socket.h>

#include <cerrno>
#include <map>
#include <new>
#include <string>
#include <string_view>

#include "server/negotiation.h"

namespace xdpstats {
namespace {

// For a request's head; a longer one is refused with 431. Cookies that a browser has for other
// ports of this host are part of it.
constexpr size_t kConnectionMemory = 32'768;
// Connections are limited by whoever accepts them.
constexpr unsigned kNoLimit = 100'000;

/// A body that is counted for as long as it is held.
struct HeldBody {
  std::string text;
  size_t *held_bytes;
};

void release_body(void *body) {
  const std::unique_ptr<HeldBody> owned(static_cast<HeldBody *>(body));
  *owned->held_bytes -= owned->text.size();
}

int descriptor_of(MHD_Connection *connection) {
  return ::MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

std::string_view header_of(MHD_Connection *connection, const char *name) {
  const char *value = ::MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : value;
}

} // namespace

Result<std::unique_ptr<Http>> Http::start() {
  std::unique_ptr<Http> http(new Http);
  http->daemon_ = ::MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
      &Http::on_request, http.get(), MHD_OPTION_NOTIFY_COMPLETED, &Http::on_completed, http.get(),
      MHD_OPTION_NOTIFY_CONNECTION, &Http::on_connection, http.get(),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, MHD_OPTION_CONNECTION_LIMIT, kNoLimit,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
  if (http->daemon_ == nullptr) {
    return os_failure("cannot start libmicrohttpd", errno);
  }
  return http;
}

Http::~Http() {
  if (daemon_ != nullptr) {
    for (const auto &waiting : waiting_) {
      ::MHD_resume_connection(waiting.connection);
    }
    ::MHD_stop_daemon(daemon_);
  }
}

int Http::event_fd() const {
  return ::MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

bool Http::is_pending() const {
  MHD_UNSIGNED_LONG_LONG timeout = 0;
  return ::MHD_get_timeout(daemon_, &timeout) == MHD_YES && timeout == 0;
}

void Http::add(UniqueFd connection, const SocketAddress &peer) {
  // Closes what it cannot add.
  ::MHD_add_connection(daemon_, connection.release(), peer.get(), peer.length);
}

void Http::step() { ::MHD_run(daemon_); }

void Http::cut(int connection) {
  // What the kernel still holds for it goes too.
  const linger none = {1, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  ::shutdown(connection, SHUT_RDWR);
}

void Http::answer_waiting(const SnapshotSource &source) {
  const Snapshot snapshot = source();
  struct Made {
    unsigned status = 0;
    std::shared_ptr<MHD_Response> response;
  };
  std::map<Rendering, Made> answers;
  for (const auto &[connection, request] : waiting_) {
    Made &made = answers[request->rendering];
    if (!made.response) {
      Answer answer = render_answer(snapshot, request->rendering);
      made.status = answer.status;
      made.response = make_response(std::move(answer));
    }
    request->answered = true;
    request->status = made.status;
    request->response = made.response;
    ::MHD_resume_connection(connection);
  }
  waiting_.clear();
}

std::shared_ptr<MHD_Response> Http::make_response(Answer answer) {
  auto body = std::make_unique<HeldBody>(HeldBody{std::move(answer.body), &held_bytes_});
  std::string &text = body->text;
  MHD_Response *response = ::MHD_create_response_from_buffer_with_free_callback_cls(
      text.size(), text.data(), &release_body, body.get());
  if (response == nullptr) {
    return nullptr; // out of memory: MHD_queue_response closes the connection
  }
  held_bytes_ += text.size();
  (void)body.release(); // it is release_body's now
  std::shared_ptr<MHD_Response> owned(response, &MHD_destroy_response);
  // One connection, one request: what it may cost is then a matter of its deadline alone.
  ::MHD_add_response_header(response, "Connection", "close");
  ::MHD_add_response_header(response, "Cache-Control", "no-store");
  ::MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  for (const auto &[name, value] : answer.headers) {
    ::MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  return owned;
}

MHD_Result Http::begin(MHD_Connection *connection, const char *url, const char *method,
                       Request &request) {
  const std::string_view path = url;
  const std::string_view verb = method;
  if (path == "/metrics") {
    request.rendering = choose_dialect(header_of(connection, "Accept")) == Dialect::kOpenMetrics
                            ? Rendering::kOpenMetrics
                            : Rendering::kClassic;
  } else if (path == "/json") {
    request.rendering = Rendering::kJson;
  } else if (path != "/") {
    return answer_at_once(connection, refuse(404));
  }
  if (verb != "GET" && verb != "HEAD") {
    return answer_at_once(connection, refuse(405));
  }
  return path == "/" ? answer_at_once(connection, page_answer()) : MHD_YES;
}

MHD_Result Http::answer_at_once(MHD_Connection *connection, Answer answer) {
  connections_.answering(descriptor_of(connection), Connections::Time::clock::now());
  const unsigned status = answer.status;
  return ::MHD_queue_response(connection, status, make_response(std::move(answer)).get());
}

// Called for a request's head, then for each piece of a body, which nobody wants, then to be
// answered; again after a connection that was suspended goes on.
MHD_Result Http::on_request(void *self, MHD_Connection *connection, const char *url,
                            const char *method, const char * /*version*/, const char * /*data*/,
                            size_t *data_size, void **request) noexcept {
  auto *http = static_cast<Http *>(self);
  auto *state = static_cast<Request *>(*request);
  if (state == nullptr) {
    *request = state = new (std::nothrow) Request;
    return state == nullptr ? MHD_NO : http->begin(connection, url, method, *state);
  }
  if (*data_size != 0) {
    *data_size = 0;
    return MHD_YES;
  }
  if (state->answered) {
    return ::MHD_queue_response(connection, state->status, state->response.get());
  }
  ::MHD_suspend_connection(connection);
  http->connections_.answering(descriptor_of(connection), Connections::Time::clock::now());
  http->waiting_.push_back({connection, state});
  return MHD_YES;
}

void Http::on_completed(void * /*self*/, MHD_Connection * /*connection*/, void **request,
                        MHD_RequestTerminationCode /*code*/) noexcept {
  const std::unique_ptr<Request> ended(static_cast<Request *>(*request));
  *request = nullptr;
}

void Http::on_connection(void *self, MHD_Connection *connection, void ** /*context*/,
                         MHD_ConnectionNotificationCode code) noexcept {
  auto *http = static_cast<Http *>(self);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    http->connections_.opened(descriptor_of(connection), Connections::Time::clock::now());
  } else {
    http->connections_.closed(descriptor_of(connection));
  }
}

} // namespace xdpstats
