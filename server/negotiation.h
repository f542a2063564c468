// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "formats/exposition.h"

namespace xdpstats {

/// Which of the two text formats a client gets that sends this Accept header (RFC 9110):
/// OpenMetrics only if it names version 1.0.0, or none, and likes it at least as much as the
/// classic format. A client that takes neither gets the classic format, as from every other
/// exporter.
[[nodiscard]] Dialect choose_dialect(std::string_view accept);

} // namespace xdpstats
