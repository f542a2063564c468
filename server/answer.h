// SPDX-License-Identifier: BSD-2-Clause
// What is answered, apart from how it travels.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "formats/snapshot.h"

namespace xdpstats {

struct Answer {
  unsigned status = 200; ///< of HTTP
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// What is made of a snapshot.
enum class Rendering { kClassic, kOpenMetrics, kJson };

/// 503 with the reasons, if nothing at all could be read.
[[nodiscard]] Answer render_answer(const Snapshot &snapshot, Rendering rendering);

/// The page for people.
[[nodiscard]] Answer page_answer();

/// 404 or 405, with a line for people.
[[nodiscard]] Answer refuse(unsigned status);

} // namespace xdpstats
