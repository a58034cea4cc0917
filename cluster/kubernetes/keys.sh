#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# New keys as two Secrets, of which a worker gets its own key and the coordinator's public one:
#
#   cluster/kubernetes/keys.sh | kubectl create -f -
#
# `create` refuses where there are keys already; to change them, delete the Secrets first. WORLDMODELS
# names the program, else it is the one on the PATH or the release build.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

worldmodels=${WORLDMODELS:-$(command -v worldmodels || echo .build/release/worldmodels)}
[ -x "$worldmodels" ] || fail "$worldmodels is missing: install the package, or build it"
# In memory: a secret key leaves nothing on a disk.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

for name in coordinator worker viewer; do "$worldmodels" keys create "$keys/$name" >/dev/null; done
key_of() { sed -n 's/^public *//p' "$keys/$1.public"; }
printf '%s\n%s look\n' "$(key_of worker)" "$(key_of viewer)" >"$keys/allowed"

# secret NAME FILE ...
secret() {
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  labels: {%s}\ndata:\n' \
        "$1" "app.kubernetes.io/name: worldmodels"
    local file
    for file in "${@:2}"; do printf '  %s: %s\n' "$file" "$(base64 -w 0 "$keys/$file")"; done
}
secret worldmodels-coordinator coordinator.key coordinator.public viewer.key allowed
secret worldmodels-worker worker.key coordinator.public
