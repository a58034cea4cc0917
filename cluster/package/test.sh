#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Tries what build.sh makes in a bare Debian 12, and ends with an error where something is not as
# promised: apt installs the package, the program drives the shipped agent with the returns that it has
# here, a small run is finished, manual and completions are there, and nothing is left when it is purged.
#
#   sudo cluster/package/test.sh
#   BARE=FILE_OR_DIRECTORY   a bare Debian 12 to copy; made by debootstrap where there is none
#   PROGRAM=FILE             as for build.sh
#   PACKAGES=DIRECTORY       what build.sh has made there, instead of making it anew

set -euo pipefail
program=${PROGRAM:+$(realpath "$PROGRAM")}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh
. cluster/package/bare.sh

need_bare
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/bare

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
# expect WHAT TEXT PATTERN: the text has a line like the pattern.
expect() { grep -qE -- "$3" <<<"$2" || fail "$1: no '$3' in: $2"; }
# as_nobody COMMAND...: inside, as a user who owns nothing and has no home.
as_nobody() { inside "$root" setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

# evaluate COMMAND...: what the agent's drives give, but for how fast that was.
evaluate() {
    "$@" evaluate --pretrained --episodes 4 --seed 1 --json 2>"$scratch/stderr" |
        sed -E 's/"stepsPerSecond":[^,}]*//' || fail "evaluate: $(tail -n 3 "$scratch/stderr")"
}

step "the package and the tarball"
packages=${PACKAGES:-}
if [ -z "$packages" ]; then
    packages=$scratch/packages
    PROGRAM=$program cluster/package/build.sh "$packages"
fi
deb=$(echo "$packages"/*.deb) tarball=$(echo "$packages"/*.tar.gz)
[[ -f $deb && -f $tarball ]] || fail "$packages has not one package and one tarball"
du -h "$deb" "$tarball"

step "a bare Debian 12"
bare_debian "$root"
for file in usr/bin/gcc usr/bin/ld usr/bin/swift usr/bin/python3 usr/bin/worldmodels; do
    [ ! -e "$root/$file" ] || fail "the bare Debian has $file: this would show nothing"
done
cp "$deb" "$root/tmp/worldmodels.deb"
cp "$tarball" "$root/tmp/worldmodels.tar.gz"

step "apt install ./worldmodels.deb"
inside "$root" sh -ec 'apt-get -qq update; cd /tmp; apt-get -qq install ./worldmodels.deb' \
    >"$scratch/apt.log" 2>&1 || fail "apt-get: $(tail -n 5 "$scratch/apt.log")"
linked=$(inside "$root" ldd /usr/bin/worldmodels)
if grep -E 'not found|libswift|libFoundation' <<<"$linked"; then fail "these libraries"; fi

step "evaluate --pretrained --episodes 4"
evaluation=$(evaluate as_nobody worldmodels)
expect evaluate "$evaluation" '"returns":.*"count":4'
mkdir "$scratch/here"
tar -C "$scratch/here" -xf "$tarball" --strip-components 1
here=$(evaluate "$scratch/here/bin/worldmodels")
[ "$evaluation" = "$here" ] || fail "other returns than here: $evaluation, here $here"

step "a run of the profile quick, to its end"
# shellcheck disable=SC2016
as_nobody sh -ec '
    address=tcp://127.0.0.1:5599
    worldmodels worker --connect $address >/tmp/worker.log 2>&1 &
    worldmodels coordinator --logdir /tmp/run --profile quick --pretrained --bind $address \
        --generations 1 --pop-size 4 --n-samples 1 --evaluation-episodes 2 >/tmp/coordinator.log
    kill $!; wait $! || [ $? -ge 128 ]' || fail "the run: $(tail -n 5 "$root"/tmp/*.log)"
expect inspect "$(as_nobody worldmodels inspect /tmp/run)" 'stop-after-steps-without-tile +100|quick'

step "the manual and the completions"
for command in $(inside "$root" worldmodels --help | sed -n '/^SUBCOMMANDS/,$s/^  \([a-z-]*\)  *.*/\1/p'); do
    page=$root/usr/share/man/man1/worldmodels-$command.1.gz
    [ -e "$page" ] || fail "no man page of $command"
    zcat "$page" | grep -q '^\.SH "OPTIONS"\|^\.SH COMMANDS' || fail "$page has no options"
done
[ -e "$root/usr/share/man/man1/worldmodels-coordinator.1.gz" ] || fail "no page of coordinator"
inside "$root" apt-get -qq install --no-install-recommends zsh fish man-db >"$scratch/apt.log" 2>&1 ||
    fail "apt-get: $(tail -n 5 "$scratch/apt.log")"
expect man "$(inside "$root" man --warnings worldmodels-worker 2>&1)" '--connect'
# shellcheck disable=SC2016
expect bash "$(inside "$root" bash -ec '
    . /usr/share/bash-completion/completions/worldmodels
    COMP_LINE="worldmodels coord"; COMP_POINT=${#COMP_LINE}; COMP_CWORD=1
    COMP_WORDS=(worldmodels coord); COMP_TYPE=9; COMP_KEY=9
    _worldmodels worldmodels coord worldmodels; echo "${COMPREPLY[@]}"')" '^coordinator'
expect fish "$(inside "$root" fish -c 'complete -C "worldmodels coord"')" '^coordinator'
# shellcheck disable=SC2016
expect zsh "$(inside "$root" zsh -fc 'autoload -Uz compinit; compinit -u -D; echo $_comps[worldmodels]
    autoload +X _worldmodels && echo loaded')" '^_worldmodels'

step "apt purge"
inside "$root" apt-get -qq purge worldmodels >"$scratch/apt.log" 2>&1 ||
    fail "apt-get: $(tail -n 5 "$scratch/apt.log")"
left=$(find "$root/usr" "$root/etc" -path '*worldmodels*')
[ -z "$left" ] || fail "purged, and yet there is: $left"

step "the tarball, unpacked anywhere"
inside "$root" sh -ec 'mkdir /opt/worldmodels; tar -C /opt/worldmodels --strip-components 1 -xf \
    /tmp/worldmodels.tar.gz' 2>"$scratch/tar.log" || fail "tar: $(cat "$scratch/tar.log")"
again=$(evaluate as_nobody /opt/worldmodels/bin/worldmodels)
[ "$again" = "$here" ] || fail "other returns from the tarball: $again, here $here"
step "all is well"
