// SPDX-License-Identifier: BSD-2-Clause
// Who may change what is pinned, and who may read it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace xdpstats {

/// Fails where somebody else than root and the caller could remove or rename what is in the open
/// directory `fd`: another user owns it, or its mode lets others write and its sticky bit, which a
/// bpffs has, is not set. `path` is for the message.
[[nodiscard]] Result<void> check_pin_directory(int fd, const std::string &path);

/// The same of the directory `parent` that holds the pin root at `path`, and of a symbolic link at
/// `path`.
[[nodiscard]] Result<void> check_way_to_pin_root(const std::string &path,
                                                 const std::string &parent);

/// A file or directory of ours whose group and mode can be changed, whatever its name stands for by
/// then.
class GivenPin {
public:
  /// Opens `path` without following a link at its end. Fails if it belongs to another user.
  [[nodiscard]] static Result<GivenPin> open(const std::string &path);

  [[nodiscard]] gid_t group() const { return group_; }
  [[nodiscard]] mode_t mode() const { return mode_; }

  /// Changes both; false, with errno, on failure.
  [[nodiscard]] bool set(gid_t group, mode_t mode) const;
  /// Back to what they were when it was opened.
  void restore() const;

private:
  GivenPin(UniqueFd fd, gid_t group, mode_t mode)
      : fd_(std::move(fd)), group_(group), mode_(mode) {}

  UniqueFd fd_;
  gid_t group_;
  mode_t mode_;
};

} // namespace xdpstats
