# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What check and quickstart share. Source it from the top of the tree with $program set.

# say TEXT: prints what happens next.
say() { printf '==> %s\n' "$*"; }

# fail MESSAGE [HINT]: ends the script.
fail() {
    printf '%s: %s\n' "${program:?}" "$1" >&2
    if [ $# -gt 1 ]; then printf 'hint: %s\n' "$2" >&2; fi
    exit 1
}

# package_lines [SECTION...]: what scripts/packages lists in these sections, or in all: a package, or PACKAGE|OTHER where
# either will do.
package_lines() {
    awk -v wanted=" $* " '/^# / { section = $2; next }
        NF && (wanted ~ /^ *$/ || index(wanted, " " section " ")) { print $1 }' scripts/packages
}

# listed_packages [SECTION...]: the packages to install, the first of those of which either will do.
listed_packages() { package_lines "$@" | sed 's/|.*//'; }

# is_installed PACKAGE: Virtual packages and half-removed ones are not installed.
is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# missing_packages [SECTION...]: those that are not installed.
missing_packages() {
    local line package
    package_lines "$@" | while read -r line; do
        for package in ${line//|/ }; do
            if is_installed "$package"; then continue 2; fi
        done
        printf '%s\n' "${line%%|*}"
    done
}

# install_packages [SECTION...]: installs what scripts/packages lists. Without root it says what is missing, and ends
# the script.
install_packages() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "this machine has no apt: taking for granted what scripts/packages lists"
        require_tools
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -eq 0 ]; then
        say "the packages it takes are installed (scripts/packages)"
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        fail "cannot install packages without root: missing ${missing[*]}" \
            "sudo apt-get install --no-install-recommends ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    # If apt's package lists are missing or too old, the installation fails: update them and try again.
    apt_install "${missing[@]}" || { apt-get update -qq && apt_install "${missing[@]}"; } ||
        fail "cannot install ${missing[*]}" "what apt-get printed is above"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null
}

# For machines without apt: ends the script if a command is missing that building or showing needs.
require_tools() {
    local tool missing=()
    for tool in cmake ninja g++ clang llvm-strip bpftool pkg-config ip ping collectd; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || missing+=("$tool")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        fail "cannot find the commands ${missing[*]}" \
            "install what corresponds to the Debian packages in scripts/packages"
    fi
}

# build_preset PRESET [CMAKE-OPTION...]: configures, and builds what has changed.
build_preset() {
    local log status=0
    log=$(mktemp)
    { cmake --preset "$@" && cmake --build --preset "$1" --parallel "$(nproc)"; } >"$log" 2>&1 || status=$?
    if [ $status -ne 0 ]; then
        cat "$log"
    fi
    rm -f "$log"
    return $status
}
