#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# The main job on one machine: generates rollouts, trains V and M, searches the controller with one
# coordinator and a worker process a core, then evaluates and draws what came out.
#
#   cluster/local/run.sh [LOGDIR]                    minutes  (default runs/quickstart)
#   PROFILE=record cluster/local/run.sh [LOGDIR]     hours    (default runs/record)
#
# The record is made in two rounds, the paper's iterative procedure: a quick one in
# LOGDIR/round-1, whose controller then drives for the data that the second one's V and M are
# trained on. Interrupted, the same command goes on where it stopped. The size of the job can be
# changed by environment variables, shown here with their defaults.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

[ "$#" -le 1 ] || fail "usage: cluster/local/run.sh [LOGDIR]"
profile=${PROFILE:-quick}            # a name in cluster/profiles or a JSON file
case $profile in
    record) logdir=runs/record defaults=(2 20 4 12 200) ;;
    *) logdir=runs/quickstart defaults=(1 20 2 6 16) ;;
esac
logdir=${1:-$logdir}
seed=${SEED:-1}
rounds=${ROUNDS:-${defaults[0]}}     # the last one's size is given here, the others are quick
rollouts=${ROLLOUTS:-${defaults[1]}} # of each policy, 1,000 steps each
vae_epochs=${VAE_EPOCHS:-${defaults[2]}}
kl_tolerance=${KL_TOLERANCE:-0}      # free nats a latent; the paper's code has 0.5
mdrnn_epochs=${MDRNN_EPOCHS:-${defaults[3]}}
generations=${GENERATIONS:-}         # the profile's where this is empty
episodes=${EPISODES:-${defaults[4]}} # of the evaluation
workers=${WORKERS:-$(nproc)}
address=${ADDRESS:-tcp://127.0.0.1:5555}

install_missing_packages
require_swift
say "building (the first build takes some minutes)"
swift build -c release --product worldmodels
worldmodels=$(swift build -c release --show-bin-path)/worldmodels

started=$(date +%s)
step() { say "" "== $* ($(($(date +%s) - started)) s)"; }

children=()
stop_children() {
    [ "${#children[@]}" -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
    wait || true
    children=()
}
trap stop_children EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# round DIR PROFILE GENERATIONS ROLLOUTS VAE_EPOCHS MDRNN_EPOCHS SEED [DIR_OF_THE_ROUND_BEFORE]
round() {
    local dir=$1 profile=$2 generations=$3 rollouts=$4 vae_epochs=$5 mdrnn_epochs=$6 seed=$7 before=${8:-}
    mkdir -p "$dir"
    step "$dir: generating rollouts"
    "$worldmodels" generate --rootdir "$dir/data/brownian" --rollouts "$rollouts" \
        --policy brownian --seed "$seed"
    "$worldmodels" generate --rootdir "$dir/data/driver" --rollouts "$rollouts" \
        --policy driver --seed "$seed"
    [ -z "$before" ] || "$worldmodels" generate --rootdir "$dir/data/controller" \
        --rollouts $((3 * rollouts)) --policy controller --logdir "$before" --seed "$seed"

    step "$dir: training V"
    "$worldmodels" train-vae --logdir "$dir" --data "$dir/data" --epochs "$vae_epochs" \
        --kl-tolerance "$kl_tolerance" --seed "$seed"

    step "$dir: training M"
    "$worldmodels" train-mdrnn --logdir "$dir" --data "$dir/data" --epochs "$mdrnn_epochs" \
        --sequence-stride 8 --seed "$seed"

    step "$dir: searching C: one coordinator, $workers workers"
    local index
    for ((index = 1; index <= workers; index++)); do
        "$worldmodels" worker --connect "$address" &
        children+=($!)
    done
    "$worldmodels" coordinator --logdir "$dir" --bind "$address" --profile "$profile" \
        ${generations:+--generations "$generations"} --seed "$seed"
    stop_children
}

before=
for ((index = 1; index < rounds; index++)); do
    round "$logdir/round-$index" quick "" 20 2 6 $((seed + index)) "$before"
    before=$logdir/round-$index
done
round "$logdir" "$profile" "$generations" "$rollouts" "$vae_epochs" "$mdrnn_epochs" "$seed" "$before"

step "evaluating on tracks never used in training"
"$worldmodels" evaluate --logdir "$logdir" --episodes 16 --zero
"$worldmodels" evaluate --logdir "$logdir" --episodes "$episodes" --video "$logdir/pictures/drive.gif"

step "looking at the run"
"$worldmodels" inspect "$logdir"
"$worldmodels" inspect "$logdir" --png "$logdir/pictures/return.png"
step "done: the run is in $logdir, its pictures in $logdir/pictures"
