# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What all tests in shell share. Source it where fail MESSAGE, which ends the test, is defined.

# wait_until WHAT COMMAND...: runs COMMAND again and again until it succeeds.
wait_until() {
    local what=$1 deadline=$((SECONDS + ${XDP_STATS_PATIENCE:-120}))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || fail "waited in vain until $what"
        sleep 0.2
    done
}

# veth NEAR FAR: makes a pair of devices and sets them up.
veth() {
    ip link add "$1" type veth peer name "$2"
    ip link set "$1" up
    ip link set "$2" up
}
