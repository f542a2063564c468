// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "server/listen_address.h"

namespace xdpstats {

/// A non-blocking socket that listens. At the end a Unix socket's file that it made is removed.
class Listener {
public:
  Listener(UniqueFd fd, SocketAddress address, std::string made_file = {})
      : fd_(std::move(fd)), address_(address), made_file_(std::move(made_file)) {}
  Listener(Listener &&other) noexcept
      : fd_(std::move(other.fd_)), address_(other.address_),
        made_file_(std::exchange(other.made_file_, {})) {}
  Listener &operator=(Listener &&) = delete;
  ~Listener();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const SocketAddress &address() const { return address_; }

private:
  UniqueFd fd_;
  SocketAddress address_;
  std::string made_file_;
};

/// Listens on each of `addresses`; where there are several, those that this machine does not have
/// are left out. None: takes the sockets that systemd passes.
[[nodiscard]] Result<std::vector<Listener>>
open_listeners(const std::vector<SocketAddress> &addresses);

} // namespace xdpstats
