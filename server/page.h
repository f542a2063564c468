// SPDX-License-Identifier: BSD-2-Clause
// The page for people, made of server/page when it is compiled.
#pragma once

#include <string_view>

namespace xdpstats {

extern const std::string_view kPage;
/// Its Content-Security-Policy: its own scripts and style, this server, and nothing else.
extern const std::string_view kPagePolicy;

} // namespace xdpstats
