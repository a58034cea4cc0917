#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Tries the units under a real systemd, in a bare Debian 12 that podman boots, with the package: a run is
# driven to its end with keys that systemd hands over, a worker that was killed comes back, one with
# wrong options does not, and what is told to stop has not failed.
#
#   sudo cluster/systemd/boot_test.sh
#   BARE=FILE_OR_DIRECTORY   a bare Debian 12 to copy; made by debootstrap where there is none
#   PACKAGES=DIRECTORY       what cluster/package/build.sh has made (.build-package)

set -euo pipefail
packages=$(realpath "${PACKAGES:-$(dirname "${BASH_SOURCE[0]}")/../../.build-package}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh
. cluster/package/bare.sh

need_bare
need podman podman
deb=$(echo "$packages"/*.deb)
[ -f "$deb" ] || fail "$packages has not one package: cluster/package/build.sh makes it"
scratch=$(mktemp -d)
container=worldmodels-systemd-$$
cleanup() {
    podman rm -f -t 5 "$container" >/dev/null 2>&1 || true
    rm -rf "$scratch"
}
trap cleanup EXIT
root=$scratch/bare

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
booted() { podman exec "$container" "$@"; }
# property UNIT NAME
property() { booted systemctl show "worldmodels-$1" -p "$2" --value; }
# becomes UNIT NAME VALUE SECONDS: waits for a property.
becomes() {
    local deadline=$((SECONDS + $4))
    until [ "$(property "$1" "$2")" = "$3" ]; do
        [ "$SECONDS" -lt "$deadline" ] ||
            fail "$1: $2 is $(property "$1" "$2"), expected $3:" \
                "$(booted journalctl --no-pager -n 8 -u "worldmodels-$1")"
        sleep 1
    done
}
# set_option UNIT NAME VALUE: in its configuration.
set_option() { booted sed -i "s|^$2=.*|$2=$3|" "/etc/worldmodels/$1.conf"; }

step "a bare Debian 12 with systemd and the package"
bare_debian "$root"
cp "$deb" "$root/tmp/worldmodels.deb"
inside "$root" sh -ec 'apt-get -qq update; cd /tmp
    apt-get -qq install --no-install-recommends ./worldmodels.deb systemd systemd-sysv dbus' \
    >"$scratch/apt.log" 2>&1 || fail "apt-get: $(tail -n 5 "$scratch/apt.log")"
podman run -d --name "$container" --systemd always --privileged --network none \
    --rootfs "$root" /sbin/init >/dev/null
deadline=$((SECONDS + 60))
until booted systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
    [ "$SECONDS" -lt "$deadline" ] || fail "systemd does not boot: $(podman logs "$container" 2>&1)"
    sleep 1
done
# Credentials are mounted by a process of their own, and seen by services only where mounts are shared,
# as on a host.
booted mount --make-rshared /
for unit in coordinator worker; do
    [ "$(property "$unit" UnitFileState)" = disabled ] || fail "$unit is enabled, unasked"
done

step "a run to its end"
booted sh -ec 'cd /etc/worldmodels; worldmodels keys create coordinator; worldmodels keys create worker
    cat worker.public > allowed' >/dev/null
options="--profile quick --pretrained --pop-size 4 --n-samples 1 --evaluation-episodes 2"
set_option coordinator BIND 'tcp://127.0.0.1:5555'
set_option coordinator OPTIONS "$options --generations 1"
set_option worker COORDINATOR 'tcp://127.0.0.1:5555'
booted systemctl start worldmodels-coordinator worldmodels-worker
becomes coordinator ActiveState inactive 180
[ "$(property coordinator Result) $(property coordinator NRestarts)" = "success 0" ] ||
    fail "the run's end is none to systemd: $(property coordinator Result)"
booted worldmodels inspect /var/lib/worldmodels/run --json | grep -q '"worker' ||
    fail "the run has no worker"
[ "$(property worker ActiveState)" = active ] || fail "the worker does not wait for the next run"

step "a worker that is killed comes back"
booted systemctl kill -s KILL worldmodels-worker
becomes worker NRestarts 1 30
becomes worker ActiveState active 30
step "one that is told to stop has not failed, nor has a coordinator"
set_option coordinator OPTIONS "$options --generations 50"
booted systemctl start worldmodels-coordinator
booted systemctl stop worldmodels-coordinator worldmodels-worker
for unit in coordinator worker; do
    [ "$(property "$unit" Result)" = success ] || fail "$unit: stopped, and $(property "$unit" Result)"
done
step "one with wrong options is not tried again"
set_option worker OPTIONS --no-such-option
booted systemctl start worldmodels-worker
becomes worker ActiveState failed 30
[ "$(property worker ExecMainStatus)" = 64 ] || fail "status $(property worker ExecMainStatus), not 64"
step "all is well"
