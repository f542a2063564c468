// SPDX-License-Identifier: BSD-2-Clause
// How numbers, times and names are written for people, and how names are written for machines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xdpstats {

/// "1,234,567".
[[nodiscard]] std::string group_thousands(uint64_t number);

/// Three significant digits and a decimal prefix: "0", "0.50", "12.3", "999", "1.00k", "148E". At
/// most five characters up to 999E. `rate` is not negative.
[[nodiscard]] std::string scale_rate(double rate);

/// `ns` since 1970 UTC as "2026-11-22 14:53:02" in local time; "-" for 0.
[[nodiscard]] std::string local_time(uint64_t ns);

/// `ns` since 1970 UTC as "2026-11-22T14:53:02.000000000Z" (RFC 3339).
[[nodiscard]] std::string utc_time(uint64_t ns);

/// `text` as valid UTF-8: each byte that is not part of a character becomes U+FFFD. The kernel
/// allows every byte but space, '/' and ':' in the name of a device.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// Like valid_utf8; control characters become '?', as the name of a device must not control the
/// terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether `one` comes before `other` for people: eth2 before eth10. A strict total order.
[[nodiscard]] bool natural_less(std::string_view one, std::string_view other);

/// The columns that valid UTF-8 takes on a terminal, counting each character as one.
[[nodiscard]] size_t display_width(std::string_view text);

} // namespace xdpstats
