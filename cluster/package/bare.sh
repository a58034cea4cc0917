# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by tests that want a bare Debian 12: nothing in it but what apt needs.

# What a chroot as this one needs of the host, and of whoever runs it.
need_bare() {
    [ "$(id -u)" -eq 0 ] || fail "a bare Debian is made and entered by root: run this with sudo"
    need unshare util-linux
    [ -n "${BARE:-}" ] || need debootstrap debootstrap
}

# bare_debian DIRECTORY: lays a bare Debian 12 there, a copy of $BARE (a directory, or a tarball) or a
# new one of debootstrap's.
bare_debian() {
    mkdir -p "$1"
    if [ -z "${BARE:-}" ]; then
        say "debootstrap: a bare Debian 12 (BARE=DIRECTORY keeps it from being made each time)"
        debootstrap --variant=minbase bookworm "$1" >"$1.log" 2>&1 ||
            fail "debootstrap failed: $(tail -n 3 "$1.log")"
    elif [ -d "$BARE" ]; then
        cp -a "$BARE/." "$1/"
    else
        tar -C "$1" -xf "$BARE"
    fi
    [ "$(sed -n 's/^VERSION_ID=//p' "$1/etc/os-release")" = '"12"' ] || fail "$1 is no Debian 12"
    # The way to the mirror is the host's.
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
}

# inside DIRECTORY COMMAND...: runs it there, with processes and mounts of its own that end with it.
inside() {
    local root=$1
    shift
    # shellcheck disable=SC2016
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive unshare --mount --pid --fork --kill-child \
        --mount-proc="$root/proc" sh -ec 'mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"' \
        "$root" "$@"
}
