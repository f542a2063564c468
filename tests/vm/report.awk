# SPDX-License-Identifier: BSD-2-Clause
# Counts the tests of a ctest JUnit file: awk -v kernel=6.12 -f report.awk junit.xml
# Exit status 1 if one failed or did not run, none ran, or one skipped that must not skip in
# the lab: without a reason, or for want of what this kernel has.

function decoded(text) {
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&apos;/, "'", text)
    gsub(/&amp;/, "\\&", text)
    return text
}

function attribute(line, name) {
    if (!match(line, " " name "=\"[^\"]*\"")) return ""
    return decoded(substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
}

function lab_has(reason) {
    reason = tolower(reason)
    if (reason ~ /tracing|fexit|dispatcher/) return 1
    # bpf_cast_to_kern_ctx came after 6.1.
    return reason ~ /kfunc/ && kernel != "6.1"
}

function add(line) { lines[++count] = line }

/<testcase / {
    name = attribute($0, "name")
    outcome = attribute($0, "status") == "run" ? "ran" : "failed"
    reason = ""
    wanted = 0
}
/<skipped message="SKIP_/ { outcome = "skipped" }
# Could not start, disabled, a fixture failed: ctest calls all of it skipped, we do not.
/<skipped message=/ && !/<skipped message="SKIP_/ { reason = attribute($0, "message") }
{
    line = $0
    sub(/^[ \t]*<system-out>/, "", line)
    sub(/<\/system-out>$/, "", line)
    # GoogleTest: "FILE:LINE: Skipped", then the message. Scripts: "skip: message".
    if (wanted && line !~ /^\[  SKIPPED \]/ && line != "") {
        reason = decoded(line)
        wanted = 0
    } else if (outcome == "skipped" && reason == "") {
        if (line ~ /^[^ ]+:[0-9]+: Skipped$/) wanted = 1
        else if (line ~ /^skip: ./) reason = decoded(substr(line, 7))
    }
    if (line ~ /^\[  SKIPPED \]/) wanted = 0
}
/<\/testcase>/ {
    if (outcome == "skipped" && (reason == "" || lab_has(reason))) {
        why = reason == "" ? "skipped without a reason" : "must not skip in the lab: " reason
        outcome = "failed"
    } else {
        why = reason
    }
    total[outcome]++
    if (outcome == "skipped") add("skipped " name ": " why)
    if (outcome == "failed") add("FAILED " name (why == "" ? "" : ": " why))
}
END {
    # Every failure counts as run, one that could not start too: ran never hides it.
    ran = total["ran"] + total["failed"]
    printf "%s: %d tests ran, %d failed, %d skipped\n", kernel, ran, total["failed"], total["skipped"]
    for (i = 1; i <= count; i++) printf "%s: %s\n", kernel, lines[i]
    exit total["failed"] > 0 || ran == 0
}
