# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by the scripts that build and test: installs the Debian packages that are missing.

# shellcheck source=cluster/local/toolchain.sh
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

worldmodels_packages=(
    libopenblas-dev libzmq3-dev libsodium-dev libosmesa6-dev libegl-dev libegl1 libbox2d-dev zlib1g-dev
    libpng-dev libgif-dev libvpx-dev libcairo2-dev libsqlite3-dev fonts-dejavu-core
)

say() { printf '%s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
# need COMMAND PACKAGE
need() { command -v "$1" >/dev/null || fail "$1 is missing: apt-get install $2"; }

# install_missing_packages [PACKAGE...]: usually what the program is built with.
install_missing_packages() {
    [ "$#" -gt 0 ] || set -- "${worldmodels_packages[@]}"
    command -v dpkg-query >/dev/null ||
        fail "this script installs Debian packages; on another system install the likes of: $*"
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] ||
            missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return
    local -a as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "not root, and no sudo: ask an administrator to run" \
                "'apt-get install ${missing[*]}'"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq ||
        fail "apt-get update failed: check the network and /etc/apt/sources.list"
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq \
        --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install ${missing[*]}; its message stands above"
}
