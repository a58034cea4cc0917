# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by prepare.sh: finds Swift, or offers to install the official toolchain below the user's home.
# Variables, for mirrors and tests:
#
#   SWIFT_MIRROR     where the toolchains are (https://download.swift.org)
#   SWIFT_KEYS       whose keys these are (https://www.swift.org/keys/all-keys.asc); a file will do
#   SWIFT_SIGNERS    the fingerprints that are believed, whatever else is among the keys
#   SWIFT_VERSION    which version (6.3.1)
#   SWIFT_HOME       where it goes (~/.local/share/swift)

swift_version=${SWIFT_VERSION:-6.3.1}
swift_mirror=${SWIFT_MIRROR:-https://download.swift.org}
swift_keys=${SWIFT_KEYS:-https://www.swift.org/keys/all-keys.asc}
swift_directory=${SWIFT_HOME:-${XDG_DATA_HOME:-${HOME:-/nonexistent}/.local/share}/swift}/$swift_version
# Swift's key for releases of version 6, and the one of its automatic builds.
swift_signers=${SWIFT_SIGNERS:-52BB7E3DE28A71BE22EC05FFEF80A866B47A981F
    E813C892820A6FA13755B268F167DF1ACF9CE069}
# What the toolchain wants of Debian and Ubuntu, and what fetching it does.
toolchain_packages=(
    binutils ca-certificates curl git gnupg g++ libc6-dev libcurl4-openssl-dev libedit2
    libncurses-dev libpython3-dev libsqlite3-0 libxml2-dev libz3-dev pkg-config tzdata zlib1g-dev
)

# The major version of the Swift on the PATH; 0: none.
swift_major() {
    local version
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+' | grep -oE '[0-9]+$') || true
    echo "${version:-0}"
}

# Puts a toolchain that was installed earlier on the PATH, where there is no other.
find_swift() {
    command -v swift >/dev/null || [ ! -x "$swift_directory/usr/bin/swift" ] ||
        PATH=$swift_directory/usr/bin:$PATH
}

require_swift() {
    find_swift
    command -v swift >/dev/null ||
        fail "Swift 6 is not on the PATH: install it from https://www.swift.org/install/linux/," \
            "or let 'cluster/local/run.sh --yes' do so"
    [ "$(swift_major)" -ge 6 ] ||
        fail "Swift 6 or later is needed, found: $(swift --version 2>&1 | head -1)"
}

# swift_platform: the name of this system in the toolchains' addresses, such as ubuntu22.04; fails where
# there is none for it.
swift_platform() {
    local system machine
    # shellcheck disable=SC1090,SC1091
    system=$(. "${OS_RELEASE:-/etc/os-release}" && echo "${ID:-}${VERSION_ID:-}")
    case $(uname -m) in
        x86_64) machine= ;;
        aarch64) machine=-aarch64 ;;
        *) return 1 ;;
    esac
    case $system in
        debian12 | ubuntu22.04 | ubuntu24.04) echo "$system$machine" ;;
        *) return 1 ;;
    esac
}

# offer_swift YES: where there is no Swift, asks whether the official toolchain may be installed, or takes
# YES for the answer; ends with what to do where the answer is no or nobody can be asked.
offer_swift() {
    find_swift
    ! command -v swift >/dev/null || return 0
    local platform url size
    platform=$(swift_platform) ||
        fail "there is no Swift 6, and no official one for this system ($(uname -m)) that this script" \
            "knows: see https://www.swift.org/install/linux/"
    url=$swift_mirror/swift-$swift_version-release/${platform//./}/swift-$swift_version-RELEASE
    url+=/swift-$swift_version-RELEASE-$platform.tar.gz
    # Until curl is there nobody can be asked.
    size="about 1 GB"
    if command -v curl >/dev/null; then
        size=$(curl -fsSLI "$url" | tr -d '\r' | sed -n 's/^[Cc]ontent-[Ll]ength: //p' | tail -n 1)
        [ -n "$size" ] || fail "$url is not to be had: check the network, or name a mirror by SWIFT_MIRROR"
        size="$(((size + 999999) / 1000000)) MB"
    fi
    say "Swift 6 is missing. The official toolchain is Swift $swift_version for $platform: $size from" \
        "$url, unpacked about four times that, in $swift_directory"
    if [ "$1" != yes ]; then
        [ -t 0 ] || fail "nobody can be asked: say --yes to have it installed, or install Swift 6 from" \
            "https://www.swift.org/install/linux/"
        local answer
        read -r -p "Install it? [y/N] " answer
        [[ $answer =~ ^[yY] ]] || fail "not installed: see https://www.swift.org/install/linux/"
    fi
    install_missing_packages "${toolchain_packages[@]}"
    install_swift "$url"
    find_swift
    say "Swift is in $swift_directory; for use by hand: PATH=$swift_directory/usr/bin:\$PATH"
}

# install_swift URL: fetches, verifies and unpacks; what is there is whole, or nothing is.
install_swift() (
    parent=$(dirname "$swift_directory")
    mkdir -p "$parent"
    scratch=$(mktemp -d "$parent/.installing.XXXXXX")
    trap 'rm -rf "$scratch"; rmdir --ignore-fail-on-non-empty "$parent"' EXIT
    say "fetching $1"
    curl -fSL --progress-bar -o "$scratch/swift.tar.gz" "$1" || fail "$1 cannot be fetched"
    curl -fsSL -o "$scratch/swift.tar.gz.sig" "$1.sig" || fail "$1.sig, its signature, cannot be fetched"
    if [ -f "$swift_keys" ]; then
        cp "$swift_keys" "$scratch/keys"
    else
        curl -fsSL -o "$scratch/keys" "$swift_keys" || fail "$swift_keys cannot be fetched"
    fi
    verify_swift "$scratch" || fail "the signature of $1 is not one of Swift's: nothing was installed"
    mkdir "$scratch/swift"
    tar -C "$scratch/swift" --strip-components 1 --no-same-owner -xzf "$scratch/swift.tar.gz"
    [ -x "$scratch/swift/usr/bin/swift" ] || fail "$1 holds no usr/bin/swift"
    mv -T "$scratch/swift" "$swift_directory"
)

# verify_swift DIRECTORY: whether swift.tar.gz there was signed by one of those who are believed.
verify_swift() {
    local fingerprint
    mkdir -m 700 "$1/gnupg"
    gpg --homedir "$1/gnupg" --batch --quiet --import "$1/keys" 2>"$1/gpg.log" ||
        fail "$swift_keys holds no keys: $(tail -n 1 "$1/gpg.log")"
    gpg --homedir "$1/gnupg" --batch --status-fd 3 --verify "$1/swift.tar.gz.sig" "$1/swift.tar.gz" \
        3>"$1/status" 2>"$1/gpg.log" || return 1
    # The last word is the primary key's, whichever of its keys has signed.
    fingerprint=$(sed -n 's/^\[GNUPG:\] VALIDSIG .* //p' "$1/status")
    [ -n "$fingerprint" ] && grep -qwF -- "$fingerprint" <<<"$swift_signers" || return 1
    say "signed by $fingerprint"
}
