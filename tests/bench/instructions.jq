# SPDX-License-Identifier: BSD-2-Clause
# Makes a section of the bench of what was counted under each kernel (input slurped).
def figure($name; $value): {name: $name, unit: "instructions", median: $value, low: $value, high: $value};
def claim($text; $value; $limit): {claim: $text, median: $value, low: $value, high: $value,
    bound: "at most", limit: $limit, holds: ($value <= $limit)};
{
    "title": "Each packet: instructions added to an empty program, counted in the lab",
    "figures": [.[] | to_entries[] | .key as $kernel | .value | .bare as $bare | to_entries[]
        | if .key == "bare" then figure("Linux \($kernel): empty program, with the test run itself"; $bare)
          else figure("Linux \($kernel): \(.key | gsub("_"; " "))"; .value - $bare) end],
    "claims": [.[] | to_entries[]
        | claim("Linux \(.key): instructions that observing adds, for the device alone";
                .value.observed_filter - .value.bare; {"6.1": 255, "6.12": 278}[.key] // 257),
          claim("Linux \(.key): the same for the second device of a program, and each one after it";
                .value.observed_filter_table - .value.bare; 300)],
    "missing": []
}
