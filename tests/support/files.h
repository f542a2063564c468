// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <string>

namespace xdpstats::test {

/// An empty directory of the test's own. Removed at the end, with what is in it.
class ScratchDirectory {
public:
  /// Throws std::system_error.
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory &) = delete;
  ScratchDirectory &operator=(const ScratchDirectory &) = delete;

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// The contents of the file at `path`; empty if there is none.
[[nodiscard]] std::string read_file(const std::string &path);

} // namespace xdpstats::test
