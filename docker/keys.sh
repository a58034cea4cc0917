#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Makes the keys of docker/compose.yaml, by the image, once: in docker/keys those of the coordinator, of
# the workers, and one that may only look; in docker/keys/public what everybody may read. Keys that are
# there are kept. Containers run as their owner, which docker/.env tells compose.
#
#   docker/keys.sh
#   ENGINE=podman docker/keys.sh     with another program than docker
#   WORLDMODELS_IMAGE=NAME           another image than worldmodels

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
engine=${ENGINE:-docker}
image=${WORLDMODELS_IMAGE:-worldmodels}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
[ "$#" -eq 0 ] || fail "usage: docker/keys.sh"
command -v "$engine" >/dev/null || fail "$engine is missing: install it, or name another by ENGINE"
# Root's containers run as the image's user.
owner=$(id -u):$(id -g)
[ "$(id -u)" -ne 0 ] || owner=1000:1000

umask 077
mkdir -p keys
install -d -m 755 keys/public
[ "$(id -u)" -ne 0 ] || chown "$owner" keys keys/public
for name in coordinator worker viewer; do
    [ -e "keys/$name.key" ] || "$engine" run --rm --no-healthcheck --user "$owner" --network none \
        --volume "$PWD/keys:/keys" "$image" keys create "/keys/$name" >/dev/null ||
        fail "$engine could not make keys/$name.key with the image $image"
done
cp keys/coordinator.public keys/public/coordinator.public
if [ ! -e keys/public/allowed ]; then
    { cat keys/worker.public && printf '%s look\n' "$(cat keys/viewer.public)"; } \
        >keys/public/allowed
fi
chmod 644 keys/public/*
touch .env
grep -q '^WORLDMODELS_USER=' .env || printf 'WORLDMODELS_USER=%s\n' "$owner" >>.env
