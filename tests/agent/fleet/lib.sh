# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What the tests of conf/ share. They run in tests/support/in_namespace, so all ports are free. XDP_STATS_SOURCE,
# XDP_STATS_BIN and XDP_STATS_LIB are the directories of the source and of what was built.
set -euo pipefail

conf=${XDP_STATS_SOURCE:?}/conf
PATH=${XDP_STATS_BIN:?}:$XDP_STATS_BIN/tests:$PATH:/usr/sbin:/sbin
work=$(mktemp -d /tmp/xdp-stats-fleet.XXXXXX)
started=()

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    tail -n 8 "$work"/*.log >&2 || true
    exit 1
}

finish() {
    local process
    for process in "${started[@]}"; do
        kill -KILL "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

# shellcheck source=tests/support/shell.sh
source "$XDP_STATS_SOURCE/tests/support/shell.sh"

# write_prometheus resolves addresses only of families that the machine has (AI_ADDRCONFIG); 127.0.0.1 does not count.
ip address add 192.0.2.1/32 dev lo

# start NAME COMMAND...: runs COMMAND until the test ends, with its output in $work/NAME.log. Its process is $!.
start() {
    local name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 </dev/null &
    started+=("$!")
}

# collectd_conf NAME LINES FILE...: writes $work/NAME.conf: LINES, then the shipped files of conf/collectd.
collectd_conf() {
    local name=$1 lines=$2 file
    shift 2
    {
        printf 'Hostname "%s"\nBaseDir "%s"\nPIDFile "%s"\nTypesDB "/usr/share/collectd/types.db"\nInterval 1\n' \
            "$name" "$work" "$work/$name.pid"
        printf 'PluginDir "%s"\nLoadPlugin logfile\n<Plugin logfile>\n  File STDOUT\n</Plugin>\n' \
            "${COLLECTD_MODULE_DIR:?}"
        # collectd looks for a plugin in the last directory that was named before it.
        for file in "$@"; do
            case $file in
            */xdp_stats.conf) printf 'PluginDir "%s"\nInclude "%s"\nPluginDir "%s"\n' \
                "${XDP_STATS_LIB:?}" "$file" "$COLLECTD_MODULE_DIR" ;;
            *) printf 'Include "%s"\n' "$file" ;;
            esac
        done
        printf '%s\n' "$lines"
    } >"$work/$name.conf"
}

# start_prometheus: runs it with the shipped configuration, but with intervals of seconds.
start_prometheus() {
    mkdir "$work/prometheus"
    cp "$conf"/prometheus/* "$work/prometheus"
    sed -i 's/_interval: 15s/_interval: 1s/' "$work/prometheus/prometheus.yml"
    start prometheus prometheus --config.file "$work/prometheus/prometheus.yml" \
        --storage.tsdb.path "$work/prometheus/data" --web.listen-address localhost:9090
}

# query EXPRESSION: prints the value of each series, one per line.
query() {
    promtool query instant -o json http://localhost:9090 "$1" 2>>"$work/query.log" | jq -r '.[].value[1]'
}

# answers EXPRESSION VALUE
answers() { [ "$(query "$1" || true)" = "$2" ]; }
answers_something() { [ -n "$(query "$1" || true)" ]; }

# expect EXPRESSION VALUE: waits for exactly this value of the only series.
expect() {
    local deadline=$((SECONDS + ${XDP_STATS_PATIENCE:-120})) answer
    until answer=$(query "$1" || true) && [ "$answer" = "$2" ]; do
        [ $SECONDS -lt $deadline ] || fail "$1 is '$answer', not '$2'"
        sleep 0.2
    done
}
