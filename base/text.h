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

/// Appends `byte` as "%XX", the one spelling that all outputs and the pin path have for bytes that
/// they cannot hold.
void append_escaped(std::string &text, char byte);

/// `text` for a terminal, a log or a machine's format: valid UTF-8 in one line that changes neither
/// the terminal nor the order of what is read. Bytes that are no UTF-8, control characters, line
/// separators and marks of writing direction become "%XX" for each byte; all else stays, '%' too.
/// To do it twice changes nothing. As the name of a device holds no '%', different names stay
/// different. The kernel allows every other byte but space, '/' and ':' in it.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a text of several lines, such as a verifier's log: keeps '\n' and '\t'.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// Whether `one` comes before `other` for people: eth2 before eth10. A strict total order.
[[nodiscard]] bool natural_less(std::string_view one, std::string_view other);

/// The columns that valid UTF-8 takes on a terminal, counting each character as one.
[[nodiscard]] size_t display_width(std::string_view text);

} // namespace xdpstats
