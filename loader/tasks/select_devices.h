// SPDX-License-Identifier: BSD-2-Clause
// Which devices --dev, --all and --gone mean.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace xdpstats {

/// Among which names a pattern is looked for.
enum class Among {
  kPresent, ///< devices of this network namespace
  kPinned,  ///< pinned ones, whose device may be gone
};

/// The devices that these words mean, each once. A word is the exact name of a device that is
/// present or pinned, else an alternative name of a present one, else a shell pattern; a word that
/// is none of these is taken as a name. Fails if nothing matches a pattern.
[[nodiscard]] Result<std::vector<std::string>>
select_devices(const std::vector<std::string> &words, const std::string &pin_root, Among among);

/// Whether the word has a character that a shell pattern is made of.
[[nodiscard]] bool is_pattern(const std::string &word);
[[nodiscard]] bool matches(const std::string &pattern, const std::string &name);

/// Pinned devices that are gone for good: no device that we can see runs our program, and none has
/// the name.
[[nodiscard]] Result<std::vector<std::string>> gone_devices(const std::string &pin_root);

} // namespace xdpstats
