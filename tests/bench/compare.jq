# SPDX-License-Identifier: BSD-2-Clause
# Compares {KERNEL: counted} with $committed: prints a line for each figure; status 1 if one has grown.
def added($of): .[$of] - .bare;
to_entries[0] as {key: $kernel, value: $now}
| ($committed[0][$kernel] // error("no figures of kernel \($kernel) are committed")) as $before
| [($now + $before) | keys_unsorted[] | select(. != "bare") as $name
   | {name: ., now: (if $now[.] then . as $name | $now | added($name) else null end),
      before: (if $before[.] then . as $name | $before | added($name) else null end)}
   | .verdict = if .before == null then "NEW" elif .now == null then "GONE"
                elif .now > .before * 1.03 then "GREW" elif .now < .before then "shrank" else "" end] as $rows
| ($rows[] | "\($kernel): \(.name) adds \(.now) instructions, committed \(.before) \(.verdict)"),
  (if any($rows[]; .verdict | . == "NEW" or . == "GONE" or . == "GREW")
   then "to commit what was counted: tests/bench/instructions --update \($kernel)\n" | halt_error(1)
   else empty end)
