// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace xdpstats::test {

UniqueFd connect_to(uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot connect");
  }
  return fd;
}

bool send_text(int connection, const std::string &text) {
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count < 0) {
      return false;
    }
    sent += static_cast<size_t>(count);
  }
  return true;
}

std::string receive_all(int connection, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  std::string text;
  char chunk[65536];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd readable = {connection, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) != 1) {
      throw std::runtime_error("the server has not closed the connection; it sent: " +
                               text.substr(0, 200));
    }
    const ssize_t count = ::recv(connection, chunk, sizeof(chunk), 0);
    if (count <= 0) {
      return text;
    }
    text.append(chunk, static_cast<size_t>(count));
  }
}

HttpAnswer http(uint16_t port, const std::string &method, const std::string &path,
                const std::string &headers) {
  const UniqueFd connection = connect_to(port);
  send_text(connection.get(),
            method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  return parse_http(receive_all(connection.get()));
}

HttpAnswer parse_http(const std::string &text) {
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    return {};
  }
  return {std::stoi(text.substr(9)), text.substr(0, end + 2), text.substr(end + 4)};
}

} // namespace xdpstats::test
