# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs steps and test suites, and adds up what passed, failed and was skipped. Needs scripts/lib.sh.

passed=0 failed=0 skipped=0
failures=()

# report NAME SECONDS STATUS
report() { printf '    %-50s %4d s  %s\n' "$1" "$2" "$3"; }

# step NAME COMMAND...: counts as one test; its output is shown as it comes.
step() {
    local name=$1 start=$SECONDS status=0
    shift
    say "$name"
    "$@" || status=$?
    step_ended "$name" "$start" $status
}

# step_ended NAME START STATUS
step_ended() {
    if [ "$3" -eq 0 ]; then
        passed=$((passed + 1))
        report "$1" $((SECONDS - $2)) ok
    else
        failed=$((failed + 1))
        failures+=("$1")
        report "$1" $((SECONDS - $2)) FAILED
    fi
    return "$3"
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

# tests NAME DIRECTORY LABELS: runs the ctest entries of a built tree whose label matches, by the command in $runner.
runner=()
tests() {
    local name=$1 start=$SECONDS status=0 junit=$PWD/$2/check.xml
    say "$name"
    rm -f "$junit"
    "${runner[@]}" ctest --test-dir "$2" --label-regex "$3" --parallel "$(nproc)" --no-tests=error \
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

# prepare_systems SYSTEM...: makes the user spaces in the background; whoever needs one waits for it.
prepare_systems() {
    say "fetching $* in the background"
    # One after the other, and with nothing on the terminal: build_for tells what went wrong.
    (for system in "$@"; do tests/vm/distribution "$system"; done >/dev/null 2>&1 </dev/null) &
}

# upstream_step NAME COMMAND...: as step, but status 77 is a skip: a mirror has the system in no usable state.
upstream_step() {
    local name=$1 start=$SECONDS status=0
    shift
    say "$name"
    "$@" || status=$?
    if [ $status -eq 77 ]; then
        skipped=$((skipped + 1))
        report "$name" $((SECONDS - start)) skipped
        return 1
    fi
    step_ended "$name" "$start" $status
}

# build_for SYSTEM LONG: builds for a distribution what is tested there, or all of it; runs what needs no machine.
build_for() {
    local targets=()
    if [ "$2" = no ]; then mapfile -t targets < <(tests/vm/selection --targets "$1"); fi
    case $1 in
    debian13) step "build for Debian 13" quietly tests/vm/build "$1" "${targets[@]}" ;;
    debian13-arm64) upstream_step "build for arm64" quietly tests/vm/build "$1" "${targets[@]}" ;;
    unstable)
        upstream_step "build for Debian unstable with gcc" quietly tests/vm/build "$1" "${targets[@]}" || return 0
        runner=(tests/vm/enter "$1")
        tests "unit and object tests in Debian unstable" "build-$1" '^(unit|object)$'
        runner=()
        if [ "$2" = no ]; then targets=(xdp-stats xdp-stats-load xdp_stats); fi
        upstream_step "build for Debian unstable with clang" quietly tests/vm/build --clang "$1" "${targets[@]}"
        ;;
    esac
}

# quietly COMMAND...: shows its output if it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [ $status -ne 0 ]; then cat "$log"; fi
    rm -f "$log"
    return $status
}

# lab_tests LONG MACHINE...: the lab's own test, then kernel and agent tests on these machines, two at the same time.
lab_tests() {
    local machine start failed_before status=0 options=(--jobs "$(nproc)")
    if [ "$1" = yes ]; then options+=(--whole --timeout 3600); fi
    shift
    tests "the lab, and a whole Debian: install, reboot, upgrade, remove" build '^vm$'
    say "tests on the machines $*"
    start=$SECONDS
    failed_before=$failed
    rm -rf build/lab
    tests/vm/suite "${options[@]}" "$@" || status=$?
    for machine in "$@"; do
        if [ -s "build/lab/$machine/upstream" ]; then
            skipped=$((skipped + 1))
        else
            add_junit "tests on $machine" "build/lab/$machine/junit.xml" 0
        fi
    done
    # The suite fails for other reasons, too: an oops of the kernel, a test that must not be skipped.
    if [ $status -ne 0 ] && [ "$failed" -eq "$failed_before" ]; then
        failed=$((failed + 1))
        failures+=("tests on the machines $*: status $status")
    fi
    report "tests on the machines" $((SECONDS - start)) "$([ $status -eq 0 ] && echo ok || echo FAILED)"
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
