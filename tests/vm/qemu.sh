# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# How both kinds of guests are started: by run, on the files of this machine, and by system/run, from a disk of their
# own. Source it with $run set: a directory of the caller's own, with the initramfs in it. Fills qemu_args and boxed.

# What the kernel prints when something has gone wrong in it. There is no soft lockup detector (nowatchdog): an emulated
# processor on a busy host is slow, and one that hangs meets the time limit.
readonly fault='(^|\] )(BUG|WARNING): |kernel BUG at|Oops: |general protection fault|Kernel panic'

qemu_args=()

# machine BOOT MEMORY CONSOLE [PARAMETER...]: a machine with the kernel in BOOT (see kernel) and no devices. The kernel
# is given the PARAMETERs, and what it prints on its terminal CONSOLE goes to $run/console.
machine() {
    local boot=$1 memory=$2 console=$3
    shift 3
    # shellcheck disable=SC2054 # the commas are QEMU's
    qemu_args+=(-nodefaults -no-user-config -no-reboot -display none -m "$memory"
        -kernel "$boot/vmlinux" -initrd "$run/initramfs"
        -append "console=$console loglevel=5 panic=-1 oops=panic nowatchdog${*:+ $*}"
        -chardev "file,id=console,path=$run/console" -serial chardev:console)
    : >"$run/console"
}

# share TAG DIRECTORY [OPTION]: DIRECTORY of the host, by 9p. QEMU takes two commas for one in a path.
share() {
    qemu_args+=(-virtfs "local,mount_tag=$1,security_model=none,multidevs=remap,path=${2//,/,,}${3-}")
}

# box LIMIT COMMAND...: sets boxed to COMMAND with a limit of so many seconds. It is killed with this script, however
# that dies: timeout by its pdeathsig, and COMMAND by that of timeout.
box() {
    local limit=$1
    shift
    # shellcheck disable=SC2034 # for whoever sources this
    boxed=(setpriv --pdeathsig TERM timeout --foreground -k 5 "$limit" setpriv --pdeathsig KILL "$@")
}

kernel_reported_fault() { grep -Eq "$fault" "$run/console"; }
