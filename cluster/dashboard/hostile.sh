#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# A run whose page is asked by hostile hands while two workers drive, beside one that nobody looks at: all
# digests have to be the same.
#
#   cluster/dashboard/hostile.sh [GENERATIONS]        6 where nothing is said
#   WORLDMODELS=PROGRAM   a program that is there already; else that of .build/release

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh
program=$(realpath "${WORLDMODELS:-.build/release/worldmodels}")
[ -x "$program" ] || fail "$program is no program: swift build -c release"
need python3 python3
generations=${1:-6}

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

# drive NAME [OPTION...]: begins a run with two workers; its coordinator's process is $coordinator.
drive() {
    local name=$1
    shift
    "$program" coordinator --logdir "$scratch/$name/run" --pretrained --pop-size 4 --n-samples 2 --seed 11 \
        --evaluate-every 2 --evaluation-episodes 4 --max-steps 150 --generations "$generations" \
        --address-file "$scratch/$name.address" "$@" >"$scratch/$name.log" 2>&1 &
    coordinator=$!
    for worker in 1 2; do
        "$program" worker --coordinator-file "$scratch/$name.address" --cores 1 --until finished \
            >"$scratch/$name.worker$worker.log" 2>&1 &
    done
}

step "a run that nobody looks at"
drive calm
wait "$coordinator" || fail "the coordinator: $(tail -n 3 "$scratch/calm.log")"
step "the same one, asked by hostile hands"
drive asked --dashboard 127.0.0.1:0 --dashboard-token "$scratch/token" --dashboard-link "$scratch/link"
until [ -s "$scratch/link" ]; do
    kill -0 "$coordinator" 2>/dev/null || fail "the coordinator: $(tail -n 3 "$scratch/asked.log")"
    sleep 0.1
done
python3 cluster/dashboard/hostile.py "$(cat "$scratch/link")" "$coordinator" || fail "the page is not as it should be"
wait "$coordinator" || fail "the coordinator: $(tail -n 3 "$scratch/asked.log")"
grep -q "$(cat "$scratch/token")" "$scratch"/*.log && fail "a log has the token"
[ ! -e "$scratch/link" ] || fail "the link is still there"
"$program" inspect "$scratch/calm/run" --compare "$scratch/asked/run" || fail "the digests differ"
step "all is well"
