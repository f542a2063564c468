// SPDX-License-Identifier: BSD-2-Clause
#include "server/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <memory>
#include <optional>

#include "display/option_checks.h"

namespace xdpstats {
namespace {

constexpr char kUnixPrefix[] = "unix:";

struct FreeAddresses {
  void operator()(addrinfo *addresses) const { ::freeaddrinfo(addresses); }
};

std::optional<SocketAddress> inet_address(const std::string &host, uint16_t port) {
  sockaddr_in inet = {};
  inet.sin_family = AF_INET;
  inet.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &inet.sin_addr) != 1) {
    return std::nullopt;
  }
  SocketAddress address;
  std::memcpy(&address.storage, &inet, sizeof(inet));
  address.length = sizeof(inet);
  return address;
}

// getaddrinfo knows what follows the '%' of a link-local address.
std::optional<SocketAddress> inet6_address(const std::string &host, uint16_t port) {
  addrinfo hints = {};
  hints.ai_family = AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo *first = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first) != 0) {
    return std::nullopt;
  }
  const std::unique_ptr<addrinfo, FreeAddresses> found(first);
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  return address;
}

std::optional<SocketAddress> unix_address(const std::string &path) {
  sockaddr_un file = {};
  file.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(file.sun_path)) {
    return std::nullopt;
  }
  std::memcpy(file.sun_path, path.c_str(), path.size() + 1);
  SocketAddress address;
  std::memcpy(&address.storage, &file, sizeof(file));
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

std::optional<SocketAddress> host_address(const std::string &text) {
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == std::string::npos || !read_number(text.substr(colon + 1), port) || port == 0) {
    return std::nullopt;
  }
  const std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return inet6_address(host.substr(1, host.size() - 2), port);
  }
  return inet_address(host, port);
}

} // namespace

std::string SocketAddress::path() const {
  if (storage.ss_family != AF_UNIX) {
    return {};
  }
  sockaddr_un file = {};
  std::memcpy(&file, &storage, std::min<size_t>(length, sizeof(file) - 1));
  return file.sun_path;
}

std::string SocketAddress::text() const {
  if (storage.ss_family == AF_UNIX) {
    return kUnixPrefix + path();
  }
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  ::getnameinfo(get(), length, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
  return storage.ss_family == AF_INET6 ? "[" + std::string(host) + "]:" + port
                                       : std::string(host) + ":" + port;
}

bool SocketAddress::is_local() const {
  switch (storage.ss_family) {
  case AF_UNIX:
    return true;
  case AF_INET: {
    sockaddr_in inet = {};
    std::memcpy(&inet, &storage, sizeof(inet));
    return ntohl(inet.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  case AF_INET6: {
    sockaddr_in6 inet6 = {};
    std::memcpy(&inet6, &storage, sizeof(inet6));
    return IN6_IS_ADDR_LOOPBACK(&inet6.sin6_addr);
  }
  default:
    return false;
  }
}

Result<std::vector<SocketAddress>> parse_listen_address(const std::string &text) {
  using Addresses = std::vector<SocketAddress>;
  if (text == "systemd") {
    return Addresses{};
  }
  uint16_t port = 0;
  if (read_number(text, port) && port != 0) {
    return Addresses{*inet_address("127.0.0.1", port), *inet6_address("::1", port)};
  }
  const auto address = text.starts_with(kUnixPrefix)
                           ? unix_address(text.substr(sizeof(kUnixPrefix) - 1))
                           : host_address(text);
  if (!address) {
    return failure("--listen: '" + text +
                   "' is not PORT, ADDRESS:PORT, [IPV6]:PORT, unix:PATH or systemd");
  }
  return Addresses{*address};
}

} // namespace xdpstats
