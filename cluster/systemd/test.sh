#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Has systemd judge the units: they are valid, and of what it examines nothing is open but what is named
# here. Needs systemd's programs, but not that it runs.
#
#   cluster/systemd/test.sh
#   WORLDMODELS=FILE    the program, where /usr/bin/worldmodels is not installed

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
. cluster/local/prepare.sh

need systemd-analyze systemd
most=14 # tenths, of at most 100: "OK" ends at 50
# What stays open, by the names that systemd-analyze gives: a network, whose addresses nobody knows
# beforehand; the host's files, which are read alone, and its mounts, as everybody has them; what
# @system-service allows of priorities; the clock's device, which comes with ProtectClock. The figure alone
# is too coarse: of some lines that are missing it tells nothing.
open=("SystemCallFilter=~@resources" "RootDirectory=/RootImage=" PrivateMounts= PrivateNetwork=
    "RestrictAddressFamilies=~AF_NETLINK" "RestrictAddressFamilies=~AF_UNIX"
    "RestrictAddressFamilies=~AF_(INET|INET6)" ProcSubset= DeviceAllow= IPAddressDeny=)
# A worker's Mesa compiles what draws.
worker_open=(MemoryDenyWriteExecute=)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The units as they stand, but for a program that may be elsewhere.
program=$(realpath "${WORLDMODELS:-/usr/bin/worldmodels}")
[ -x "$program" ] || program=/bin/true
for unit in worldmodels-coordinator worldmodels-worker; do
    sed "s|^ExecStart=/usr/bin/worldmodels |ExecStart=$program |" "$here/$unit.service" \
        >"$scratch/$unit.service"
    said=$(systemd-analyze verify --man=no --recursive-errors=one "$scratch/$unit.service" 2>&1) ||
        fail "$unit.service: $said"
    [ -z "$said" ] || fail "$unit.service: $said"
    exposure=$(systemd-analyze security --offline=true --no-pager "$scratch/$unit.service" |
        sed -n 's/.*Overall exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
    [ -n "$exposure" ] || fail "$unit.service: systemd-analyze security gives no figure"
    systemd-analyze security --offline=true --no-pager --threshold="$most" \
        "$scratch/$unit.service" >/dev/null ||
        fail "$unit.service: exposed to $((10#$exposure)) tenths, at most $most are wanted"
    wanted=("${open[@]}")
    [ "$unit" != worldmodels-worker ] || wanted+=("${worker_open[@]}")
    found=$(systemd-analyze security --offline=true --no-pager --json=short "$scratch/$unit.service" |
        grep -oE '"set":false,"name":"[^"]*"' | sed -E 's/.*"name":"(.*)"/\1/' | sort)
    differs=$(comm -3 <(printf '%s\n' "${wanted[@]}" | sort) <(echo "$found") |
        sed -E 's/^\t/open, and not named here: /; t; s/^/named here, and not open: /')
    [ -z "$differs" ] || fail "$unit.service: $differs"
    say "$unit.service is valid; exposure $((10#$exposure)) tenths of at most $most"
done

# What a unit is given comes from the files that stand beside it.
for unit in coordinator worker; do
    grep -A 3 '^ExecStart=' "$here/worldmodels-$unit.service" | grep -oE '[$][{]?[A-Z_]+' |
        tr -cd 'A-Z_\n' | while read -r name; do
        case $name in CREDENTIALS_DIRECTORY | STATE_DIRECTORY) continue ;; esac
        grep -q "^$name=" "$here/$unit.conf" ||
            fail "worldmodels-$unit.service uses $name, which $unit.conf does not set"
    done
done
