#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# The main job on one machine: generates rollouts, trains V and M, searches the controller with one
# coordinator and a worker process a core, then evaluates and draws what came out.
#
#   cluster/local/run.sh [LOGDIR]        (default runs/quickstart)
#
# Interrupted, the same command goes on where it stopped. The size of the job can be changed by
# environment variables, shown here with their defaults.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

[ "$#" -le 1 ] || fail "usage: cluster/local/run.sh [LOGDIR]"
logdir=${1:-runs/quickstart}
seed=${SEED:-1}
rollouts=${ROLLOUTS:-20}             # of each of the two policies, 1,000 steps each
vae_epochs=${VAE_EPOCHS:-2}
mdrnn_epochs=${MDRNN_EPOCHS:-6}
profile=${PROFILE:-quick}            # a name in cluster/profiles or a JSON file
generations=${GENERATIONS:-}         # the profile's where this is empty
workers=${WORKERS:-$(nproc)}
address=${ADDRESS:-tcp://127.0.0.1:5555}

install_missing_packages
require_swift
say "building (the first build takes some minutes)"
swift build -c release --product worldmodels
worldmodels=$(swift build -c release --show-bin-path)/worldmodels

started=$(date +%s)
step() { say "" "== $* ($(($(date +%s) - started)) s)"; }

mkdir -p "$logdir"
children=()
stop_children() {
    [ "${#children[@]}" -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
    wait || true
    children=()
}
trap stop_children EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "generating rollouts"
"$worldmodels" generate --rootdir "$logdir/data/brownian" --rollouts "$rollouts" \
    --policy brownian --seed "$seed"
"$worldmodels" generate --rootdir "$logdir/data/driver" --rollouts "$rollouts" \
    --policy driver --seed "$seed"

step "training V"
"$worldmodels" train-vae --logdir "$logdir" --data "$logdir/data" --epochs "$vae_epochs" --seed "$seed"

step "training M"
"$worldmodels" train-mdrnn --logdir "$logdir" --data "$logdir/data" --epochs "$mdrnn_epochs" \
    --sequence-stride 8 --seed "$seed"

step "searching C: one coordinator, $workers workers"
for ((index = 1; index <= workers; index++)); do
    "$worldmodels" worker --connect "$address" &
    children+=($!)
done
"$worldmodels" coordinator --logdir "$logdir" --bind "$address" --profile "$profile" \
    ${generations:+--generations "$generations"} --seed "$seed"
stop_children

step "evaluating on tracks never used in training"
"$worldmodels" evaluate --logdir "$logdir" --episodes 16 --zero
"$worldmodels" evaluate --logdir "$logdir" --episodes 16 --video "$logdir/pictures/drive.gif"

step "looking at the run"
"$worldmodels" inspect "$logdir"
"$worldmodels" inspect "$logdir" --png "$logdir/pictures/return.png"
step "done: the run is in $logdir, its pictures in $logdir/pictures"
