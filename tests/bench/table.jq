# SPDX-License-Identifier: BSD-2-Clause
# Makes Markdown of the JSON objects of all sections (input slurped): first the claims, then what was measured.
def short: if . == null then "" elif fabs >= 100 then round | tostring
           elif fabs >= 10 then . * 10 | round / 10 | tostring else . * 100 | round / 100 | tostring end;
def spread: if .low == .high then "" else "\(.low | short) to \(.high | short)" end;

"## What is claimed",
"",
"Ratios of medians, measured in turn in one run; the spread is the middle half of the rounds.",
"",
"| | measured | spread | to be | |",
"| --- | --- | --- | --- | --- |",
(.[].claims[] | "| \(.claim) | \(.median | short) | \(spread) | \(.bound) \(.limit) | \(if .holds then "holds" else "**does not hold**" end) |"),
(.[] | "", "## \(.title)", "",
    "| | median | spread | |", "| --- | --- | --- | --- |",
    (.figures[] | "| \(.name) | \(.median | short) | \(spread) | \(.unit) |"),
    (.missing[] | "", "Not measured: \(.what): \(.reason)."))
