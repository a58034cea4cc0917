#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Tries run.sh in a bare Debian 12 without Swift, against a mirror in a directory: a small toolchain that
# says it is Swift, signed with a key of this test's. It ends with an error where run.sh installs
# anything unasked, believes a signature that it should not, or does not get to building.
#
#   sudo cluster/local/toolchain_test.sh
#   BARE=FILE_OR_DIRECTORY    as for cluster/package/test.sh

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh
. cluster/package/bare.sh

need_bare
need gpg gnupg
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/bare
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

step "a bare Debian 12, and a mirror with a toolchain"
bare_debian "$root"
mkdir -p "$root/source" "$root/mirror"
cp -R Package.swift cluster "$root/source/"
name=swift-6.3.1-RELEASE
release=$root/mirror/swift-6.3.1-release/debian12/$name
archive=$release/$name-debian12.tar.gz
mkdir -p "$release" "$scratch/$name-debian12/usr/bin"
cat >"$scratch/$name-debian12/usr/bin/swift" <<'SWIFT'
#!/bin/sh
case $1 in
    --version) echo "Swift version 6.3.1 (swift-6.3.1-RELEASE)" ;;
    *) echo "this is where it is built" >&2; exit 77 ;;
esac
SWIFT
chmod +x "$scratch/$name-debian12/usr/bin/swift"
tar -C "$scratch" -czf "$archive" "$name-debian12"

# key NAME: a key pair of that name, and its fingerprint.
key() {
    gpg --homedir "$scratch/gnupg" --batch --quiet --passphrase '' --quick-generate-key "$1" \
        ed25519 sign never 2>/dev/null
    gpg --homedir "$scratch/gnupg" --with-colons --list-keys "$1" 2>/dev/null | sed -n 's/^fpr:*\(.*\):/\1/p' | head -n 1
}
# sign NAME: the toolchain, by that key.
sign() {
    gpg --homedir "$scratch/gnupg" --batch --quiet --yes --local-user "$1" --output "$archive.sig" \
        --detach-sign "$archive" 2>"$scratch/gpg.log" || fail "gpg: $(cat "$scratch/gpg.log")"
}
mkdir -m 700 "$scratch/gnupg"
believed=$(key believed)
key other >/dev/null
gpg --homedir "$scratch/gnupg" --batch --export --armor >"$root/mirror/keys.asc"
sign believed

# run NAME STATUS PATTERN [ARGUMENT...]: run.sh inside ends so, and says such a thing.
run() {
    local status=0
    inside "$root" env HOME=/root SWIFT_MIRROR=file:///mirror SWIFT_KEYS=/mirror/keys.asc \
        SWIFT_SIGNERS="$believed" "${terminal[@]}" /source/cluster/local/run.sh "${@:4}" \
        >"$scratch/said" 2>&1 <"${input:-/dev/null}" || status=$?
    [ "$status" -eq "$2" ] || fail "$1: status $status, expected $2: $(tail -n 5 "$scratch/said")"
    grep -q -- "$3" "$scratch/said" || fail "$1: does not say '$3': $(tail -n 5 "$scratch/said")"
}
terminal=()
# shellcheck disable=SC2016
packages() { inside "$root" dpkg-query -W -f '${Package}\n'; }
nothing_installed() {
    local left
    left=$(find "$root/root" -path '*swift*')
    [ -z "$left" ] || fail "$1: and yet there is $left"
}

step "without a terminal and --yes it says what to do"
before=$(packages)
run "nobody there" 1 "say --yes"
grep -q "Swift 6.3.1 for debian12" "$scratch/said" || fail "it names no version: $(cat "$scratch/said")"
step "a person who says no is believed"
echo n >"$scratch/no"
# shellcheck disable=SC2016
printf '#!/bin/sh\nexec script -qec "$*" /dev/null\n' >"$root/usr/local/bin/on-a-terminal"
chmod +x "$root/usr/local/bin/on-a-terminal"
terminal=(on-a-terminal) input=$scratch/no
run "no" 1 "not installed"
terminal=() input=
[ "$before" = "$(packages)" ] || fail "packages were installed before that"
nothing_installed "no"

step "a toolchain that somebody else has signed, or that was changed, is refused"
inside "$root" apt-get -qq update
sign other
run "somebody else's" 1 "not one of Swift's" --yes
nothing_installed "somebody else's"
sign believed
cp "$archive" "$scratch/kept"
printf x >>"$archive"
run "changed" 1 "not one of Swift's" --yes
nothing_installed "changed"
cp "$scratch/kept" "$archive"
mv "$archive.sig" "$scratch/sig"
run "without a signature" 1 "its signature, cannot be fetched" --yes
nothing_installed "without a signature"
mv "$scratch/sig" "$archive.sig"

step "--yes: it is installed, then the packages, then the program is built"
run "yes" 77 "this is where it is built" --yes
grep -q "signed by $believed" "$scratch/said" || fail "it does not say who signed"
[ -x "$root/root/.local/share/swift/6.3.1/usr/bin/swift" ] || fail "it is not below the user's home"
step "and is there the next time"
rm -r "$root/mirror"
run "again" 77 "this is where it is built"
step "all is well"
