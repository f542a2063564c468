# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs steps and test suites, and adds up what passed, failed and was skipped. Needs scripts/lib.sh.

passed=0 failed=0 skipped=0
failures=()

# report NAME SECONDS STATUS
report() { printf '    %-50s %4d s  %s\n' "$1" "$2" "$3"; }

# step NAME COMMAND...: counts as one test; its output is shown as it comes.
step() {
    local name=$1 start=$SECONDS
    shift
    say "$name"
    if "$@"; then
        passed=$((passed + 1))
        report "$name" $((SECONDS - start)) ok
    else
        failed=$((failed + 1))
        failures+=("$name")
        report "$name" $((SECONDS - start)) FAILED
    fi
}

# add_junit NAME FILE STATUS: adds what ctest reports; a run without a report has failed.
add_junit() {
    local name=$1 file=$2 status=$3 good bad left_out
    if ! read -r good bad left_out < <(scripts/junit counts "$file"); then
        failed=$((failed + 1))
        failures+=("$name: no tests ran")
        return
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    skipped=$((skipped + left_out))
    if [ "$bad" -gt 0 ]; then
        failures+=("$name: $bad of $((good + bad + left_out)) tests")
    elif [ "$status" -ne 0 ]; then
        # Something other than the tests went wrong in the suite.
        failed=$((failed + 1))
        failures+=("$name: status $status")
    fi
}

# tests NAME DIRECTORY LABELS: runs the ctest entries of a built tree whose label matches.
tests() {
    local name=$1 start=$SECONDS status=0 junit=$PWD/$2/check.xml
    say "$name"
    rm -f "$junit"
    ctest --test-dir "$2" --label-regex "$3" --parallel "$(nproc)" --no-tests=error \
        --output-on-failure --output-junit "$junit" >"$2/check.log" 2>&1 || status=$?
    if [ $status -ne 0 ]; then
        grep -vE '(Passed|Skipped) +[0-9.]+ sec$|^ *Start ' "$2/check.log"
    fi
    show_skips "$junit"
    add_junit "$name" "$junit" $status
    report "$name" $((SECONDS - start)) "$([ $status -eq 0 ] && echo ok || echo FAILED)"
}

# show_skips JUNIT: names the tests that did not run, and why.
show_skips() {
    [ ! -e "$1" ] || scripts/junit skips "$1" | sed "s/^/    skipped: /"
}

# lab_tests KERNEL...: runs the tests of the lab itself, then the kernel and agent tests under stock kernels.
lab_tests() {
    local kernel start failed_before status=0
    tests "the lab, and a whole Debian: install, reboot, upgrade, remove" build '^vm$'
    say "tests under the kernels $*"
    start=$SECONDS
    failed_before=$failed
    rm -rf build/lab
    tests/vm/suite "$@" || status=$?
    for kernel in "$@"; do
        add_junit "tests under kernel $kernel" "build/lab/$kernel/junit.xml" 0
    done
    # The suite fails for other reasons, too: an oops of the kernel, a test that must not be skipped.
    if [ $status -ne 0 ] && [ "$failed" -eq "$failed_before" ]; then
        failed=$((failed + 1))
        failures+=("tests under the kernels $*: status $status")
    fi
    report "tests under the kernels $*" $((SECONDS - start)) "$([ $status -eq 0 ] && echo ok || echo FAILED)"
}

# Prints the totals, and ends the script.
summary() {
    local failure
    say "summary after $SECONDS s"
    for failure in "${failures[@]}"; do
        printf '    failed: %s\n' "$failure"
    done
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
    exit
}
