// SPDX-License-Identifier: BSD-2-Clause
// What rtnetlink announces of network devices. It does not announce a program that is attached by a
// bpf_link: a follower has to look for that itself.
#pragma once

#include <optional>
#include <vector>

#include "base/fd.h"
#include "base/netdev.h"
#include "base/result.h"

namespace xdpstats {

struct LinkEvent {
  NamedNetdev device; ///< as it was when the change was made
  bool removed = false;
};

class LinkEvents {
public:
  [[nodiscard]] static Result<LinkEvents> subscribe();

  /// Readable when there is something to take.
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// What was announced since, oldest first, without waiting; nullopt: some of it was lost.
  [[nodiscard]] Result<std::optional<std::vector<LinkEvent>>> take();

private:
  explicit LinkEvents(UniqueFd socket) : socket_(std::move(socket)) {}

  UniqueFd socket_;
};

} // namespace xdpstats
