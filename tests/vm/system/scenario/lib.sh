# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What the scenarios share. They run as root in the system that image prepares; far0 is the other end of eth0.
set -euo pipefail
export LC_ALL=C.UTF-8

say() { printf '%5s s  %s\n' "$(cut -d . -f 1 /proc/uptime)" "$*"; }
fail() {
    say "FAILED: $*"
    exit 1
}

# shellcheck source=tests/support/shell.sh
. ./shell.sh

# run_as_written FILE PATTERN: the one command of README.md's section, or of a manual page, that has PATTERN. A command
# goes on after a backslash at the end of its line, which is \e in a manual page.
run_as_written() {
    local commands found
    case $1 in
    README:*) commands=$(awk -v "section=## ${1#README:}" '/^## / { inside = $0 == section } inside' README.md) ;;
    *) commands=$(zcat "/usr/share/man/man${1##*.}/$1.gz") ;;
    esac
    found=$(sed -n -e ':more' -e '/\\e\?$/{N;s/\\e\?\n *//;b more' -e '}' -e 's/^ *[#$] //p' <<<"$commands" |
        grep -E -- "$2") || fail "$1 has no command with '$2'"
    found=$(sort -u <<<"$found")
    [ "$(wc -l <<<"$found")" = 1 ] || fail "$1 has several commands with '$2'"
    say "$found"
    eval "$found"
}

# counted DEVICE: packets that passed, as the console reads them; all others are zero, bytes are 61 each.
counted() {
    xdp-stats --dev "$1" --format json 2>/dev/null | jq -r '.actions as $a | $a.pass as $p |
        if ([$a[].packets] | add) != $p.packets or $p.bytes != $p.packets * 61 then "not only pass" else $p.packets end'
}
is_counted() { [ "$(counted "$1")" = "$2" ]; }
is_counting() { xdp-stats-load --status --dev "$1" 2>/dev/null | grep -qx "$1: counting"; }
expect_counted() {
    local got
    got=$(counted "$1")
    [ "$got" = "$2" ] || fail "$1: counted '$got' of $2"
}

# in_collectd DEVICE VALUE: its newest value of packets that passed.
in_collectd() {
    local newest
    newest=$(find /var/lib/collectd/csv -path "*/xdp_stats-$1/*" -name "if_rx_packets-pass-*" 2>/dev/null | sort | tail -n 1)
    [ -n "$newest" ] && [ "$(tail -n 1 "$newest" | cut -d , -f 2)" = "$2" ]
}

program_id() { ip -j link show dev "$1" | jq -r '.[0].xdp.prog.id // "none"'; }
send() { ./xdp-send --dev "$1" --count "$2" --size 61 "${@:3}"; }

# Frames without a pause, while whatever happens happens: start_traffic DEVICE ... stop_traffic, then $sent.
start_traffic() {
    echo 0 >/run/sent
    rm -f /run/enough
    (
        sent=0
        until [ -e /run/enough ]; do
            ./xdp-send --dev "$1" --count 10007 --size 61
            echo $((sent += 10007)) >/run/sent
        done
    ) &
    traffic=$!
}
stop_traffic() {
    touch /run/enough
    wait "$traffic" || fail "the traffic stopped by itself"
    sent=$(cat /run/sent)
}

# A real Prometheus that scrapes the unit, every second.
start_prometheus() {
    printf '%s\n' 'scrape_configs:' '  - job_name: xdp-stats' '    scrape_interval: 1s' \
        '    static_configs:' "      - targets: ['localhost:9973']" >/run/prometheus.yml
    ./prometheus --config.file /run/prometheus.yml --storage.tsdb.path /run/prometheus \
        --web.listen-address 127.0.0.1:9090 --log.level error >/run/prometheus.log 2>&1 &
    prometheus=$!
}
stop_prometheus() {
    kill "$prometheus"
    wait "$prometheus" || true
}

# in_prometheus DEVICE VALUE: its newest total of packets that passed.
in_prometheus() {
    local answer
    answer=$(./promtool query instant -o json http://127.0.0.1:9090 \
        "xdp_stats_packets_total{device='$1',action='pass'}" 2>/dev/null | jq -r '.[].value[1]')
    [ "$answer" = "$2" ]
}
