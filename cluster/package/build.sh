#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Makes a Debian package and a tarball of the program, for hosts without Swift:
#
#   cluster/package/build.sh [DIRECTORY]         (default .build-package)
#   PROGRAM=FILE cluster/package/build.sh        a release build with --static-swift-stdlib that is
#                                                there already, its *.resources beside it
#
# They hold the program with the Swift runtime in it, its agent and profiles, man pages and completions
# as the program describes itself, and systemd's units. The package's dependencies are those that
# dpkg-shlibdeps finds, with what is loaded at run time.

set -euo pipefail
output=$(realpath -m "${1:-$(dirname "${BASH_SOURCE[0]}")/../../.build-package}")
program=${PROGRAM:+$(realpath "$PROGRAM")}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

[ "$#" -le 1 ] || fail "usage: cluster/package/build.sh [DIRECTORY]"
need dpkg-shlibdeps dpkg-dev
need strip binutils
need python3 python3

if [ -z "$program" ]; then
    require_swift
    install_missing_packages
    # Functions that nobody calls are left out one by one, and no library asks for the program's.
    build=(-c release --product worldmodels --static-swift-stdlib --disable-local-rpath
        --scratch-path .build-static -Xswiftc -Xfrontend -Xswiftc -function-sections
        -Xlinker --no-export-dynamic -Xlinker --icf=safe)
    swift build "${build[@]}"
    program=$(swift build "${build[@]}" --show-bin-path)/worldmodels
fi
resources=$(dirname "$program")/worldmodels_worldmodels.resources
[ -x "$program" ] || fail "$program is no program"
for part in Agent Profiles; do
    [ -d "$resources/$part" ] || fail "$resources/$part is missing: build the program again"
done
if readelf -d "$program" | grep -q 'NEEDED.*libswift'; then
    fail "$program needs Swift's libraries: build it with --static-swift-stdlib"
fi
version=$("$program" --version)
architecture=$(dpkg --print-architecture)
# What is made of the same commit has the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
umask 022
strip -o "$scratch/stripped" "$program"

# files PREFIX: what both the package and the tarball hold, below PREFIX.
files() {
    local prefix=$1
    install -D "$scratch/stripped" "$prefix/bin/worldmodels"
    install -d "$prefix/share/worldmodels" "$prefix/share/man/man1"
    cp -R "$resources/Agent" "$prefix/share/worldmodels/agent"
    cp -R "$resources/Profiles" "$prefix/share/worldmodels/profiles"
    "$program" --experimental-dump-help | cluster/package/manual.py "$version" \
        "$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)" "$prefix/share/man/man1"
    gzip -9n "$prefix"/share/man/man1/*.1
    local shell file
    for shell in bash:bash-completion/completions/worldmodels \
        zsh:zsh/vendor-completions/_worldmodels fish:fish/vendor_completions.d/worldmodels.fish; do
        file=$prefix/share/${shell#*:}
        install -d "$(dirname "$file")"
        "$program" --generate-completion-script "${shell%%:*}" >"$file"
    done
    install -D -m 644 LICENSE.md "$prefix/share/doc/worldmodels/copyright"
    install -m 644 README.md "$prefix/share/doc/worldmodels/README.md"
    install -m 644 cluster/README.md "$prefix/share/doc/worldmodels/cluster.md"
    install -D -m 644 -t "$prefix/lib/systemd/system" cluster/systemd/*.service
    chmod -R u=rwX,go=rX "$prefix"
}

# dependencies ROOT: those of the program, and Mesa, which it loads when it draws.
dependencies() {
    mkdir -p "$scratch/shlibdeps/debian"
    printf 'Source: worldmodels\n\nPackage: worldmodels\nArchitecture: any\n' \
        >"$scratch/shlibdeps/debian/control"
    (cd "$scratch/shlibdeps" && dpkg-shlibdeps -O -e"$1/usr/bin/worldmodels") |
        sed -n 's/^shlibs:Depends=//p'
}

root=$scratch/root
files "$root/usr"
install -D -m 644 -t "$root/etc/worldmodels" cluster/systemd/*.conf
mkdir "$root/DEBIAN"
found=$(dependencies "$root")
[ -n "$found" ] || fail "dpkg-shlibdeps found no dependencies of $program"
cat >"$root/DEBIAN/control" <<CONTROL
Package: worldmodels
Version: $version
Section: science
Priority: optional
Architecture: $architecture
Maintainer: the worldmodels authors <worldmodels@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f 1)
Depends: $found, libosmesa6
Recommends: fontconfig, fonts-dejavu-core
Suggests: libegl1, libegl-mesa0, libgl1-mesa-dri, bash-completion
Description: World Models (Ha & Schmidhuber) for CarRacing, trained on many machines
 Records episodes, trains a VAE and an MDN-RNN on them, and searches a controller by CMA-ES
 with a coordinator and any number of workers.
CONTROL
(cd "$root" && find etc -type f -printf '/%p\n' | sort >DEBIAN/conffiles)
for script in postinst postrm; do
    printf '%s\n' '#!/bin/sh' 'set -e' '# Units are neither enabled nor started.' \
        '[ ! -d /run/systemd/system ] || systemctl daemon-reload' >"$root/DEBIAN/$script"
    chmod 755 "$root/DEBIAN/$script"
done
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

tree=worldmodels-$version-linux-$architecture
files "$scratch/$tree"
mkdir -p "$output"
dpkg-deb --root-owner-group -Zzstd --build "$root" "$scratch/worldmodels.deb" >/dev/null
tar -C "$scratch" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -c "$tree" | gzip -n >"$scratch/$tree.tar.gz"
mv "$scratch/worldmodels.deb" "$output/worldmodels_${version}_$architecture.deb"
mv "$scratch/$tree.tar.gz" "$output/"
say "$output/worldmodels_${version}_$architecture.deb"
say "$output/$tree.tar.gz"
