# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by run.sh and test.sh: installs the Debian packages that are missing and checks for Swift.

worldmodels_packages=(
    libopenblas-dev libzmq3-dev libsodium-dev libosmesa6-dev libegl-dev libegl1 libbox2d-dev zlib1g-dev
    libpng-dev libgif-dev libcairo2-dev libsqlite3-dev fonts-dejavu-core
)

say() { printf '%s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

install_missing_packages() {
    command -v dpkg-query >/dev/null ||
        fail "this script installs Debian packages; on another system install the likes of:" \
            "${worldmodels_packages[*]}"
    local package missing=()
    for package in "${worldmodels_packages[@]}"; do
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

require_swift() {
    command -v swift >/dev/null ||
        fail "Swift 6 is not on the PATH: install it from https://www.swift.org/install/linux/"
    local version
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+' | grep -oE '[0-9]+$')
    [ "${version:-0}" -ge 6 ] || fail "Swift 6 or later is needed, found: $(swift --version 2>&1 | head -1)"
}
