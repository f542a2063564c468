# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What the lab's scripts share: the cache, and what is known of each distribution. Source it with $here set.

readonly distributions=(debian13 unstable debian13-arm64)
# What an upstream that is broken for a day ends with, where it may be.
# shellcheck disable=SC2034 # for those that source this
readonly upstream_failed=77

# cache_directory: prints where kernels and distributions are kept, and makes it.
cache_directory() {
    local cache=${XDP_STATS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xdp-stats}
    mkdir -p "$cache"
    readlink -f "$cache"
}

# layout FILE...: a number that changes with these files and with standard input; part of the name of what they make.
layout() { cat "$@" - | cksum | cut -d ' ' -f 1; }

is_distribution() { [[ " ${distributions[*]} " = *" $1 "* ]]; }

# release_of SYSTEM: the name by which mmdebstrap knows it.
release_of() { if [ "$1" = unstable ]; then echo sid; else echo trixie; fi; }

# architecture_of SYSTEM: as Debian spells it. No SYSTEM: this machine's files.
architecture_of() { if [[ $1 = *-arm64 ]]; then echo arm64; else echo amd64; fi; }

# may_fail SYSTEM: whether a mirror that has it in no usable state is nobody's fault here.
may_fail() { [ "$1" = unstable ] || [ "$1" = debian13-arm64 ]; }

# lock_of PREPARED: the file that whoever uses a prepared directory holds shared, and whoever replaces it exclusively.
lock_of() { echo "${1%-*}.lock"; }
