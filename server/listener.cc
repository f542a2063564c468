// SPDX-License-Identifier: BSD-2-Clause
#include "server/listener.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <cerrno>

namespace xdpstats {
namespace {

constexpr int kBacklog = 1024;

// Whether the file is the socket of a process that is gone: nobody answers.
bool is_left_behind(const SocketAddress &address) {
  struct stat file = {};
  if (::lstat(address.path().c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) {
    return false;
  }
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), address.get(), address.length) != 0 && errno == ECONNREFUSED;
}

int bind_to(int fd, const SocketAddress &address) {
  if (::bind(fd, address.get(), address.length) == 0) {
    return 0;
  }
  int code = errno;
  if (code == EADDRINUSE && is_left_behind(address)) {
    ::unlink(address.path().c_str());
    code = ::bind(fd, address.get(), address.length) == 0 ? 0 : errno;
  }
  return code;
}

Result<Listener> open_listener(const SocketAddress &address) {
  const auto refused = [&address](int code) {
    return os_failure("cannot listen on '" + address.text() + "'", code);
  };
  UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) {
    return refused(errno);
  }
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (const int code = bind_to(fd.get(), address); code != 0) {
    return refused(code);
  }
  Listener listener(std::move(fd), address, address.path());
  if (::listen(listener.fd(), kBacklog) != 0) {
    return refused(errno);
  }
  return listener;
}

Result<std::vector<Listener>> take_passed_sockets() {
  const int count = ::sd_listen_fds(1);
  if (count <= 0) {
    return failure("cannot listen on 'systemd': it passed no socket",
                   "systemctl start xdp-stats-metrics.socket");
  }
  std::vector<Listener> listeners;
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
    SocketAddress address;
    address.length = sizeof(address.storage);
    if (::sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0 ||
        ::getsockname(fd, address.get(), &address.length) != 0) {
      return failure("cannot listen on descriptor " + std::to_string(fd) +
                         " of systemd: it is no listening stream socket",
                     "Accept=no and ListenStream= in the socket's unit");
    }
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    listeners.emplace_back(UniqueFd(fd), address);
  }
  return listeners;
}

} // namespace

Listener::~Listener() {
  if (!made_file_.empty()) {
    ::unlink(made_file_.c_str());
  }
}

Result<std::vector<Listener>> open_listeners(const std::vector<SocketAddress> &addresses) {
  if (addresses.empty()) {
    return take_passed_sockets();
  }
  std::vector<Listener> listeners;
  Error last;
  for (const auto &address : addresses) {
    auto listener = open_listener(address);
    if (listener) {
      listeners.push_back(std::move(*listener));
      continue;
    }
    last = listener.error();
    // A machine without IPv6, or without IPv4.
    if (last.code != EAFNOSUPPORT && last.code != EADDRNOTAVAIL) {
      return Failure(last);
    }
  }
  if (listeners.empty()) {
    return Failure(last);
  }
  return listeners;
}

} // namespace xdpstats
