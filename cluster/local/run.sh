#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# The main job on one machine: generates rollouts, trains V and M, searches the controller with one
# coordinator and a worker that uses every core, then evaluates and draws what came out.
#
#   cluster/local/run.sh [LOGDIR]                    minutes    (default runs/quickstart)
#   PROFILE=record cluster/local/run.sh [LOGDIR]     hours      (default runs/record)
#   PROFILE=dream-first cluster/local/run.sh [LOGDIR]    the search in M's dreams, then on tracks
#                                                        (default runs/dream-first)
#   PROFILE=dream cluster/local/run.sh [LOGDIR]      the search in dreams alone (default runs/dream)
#
# The record takes two rounds, the paper's iterative procedure: the quick one, in LOGDIR/round-1,
# whose controller then drives for the data that the second round's V and M are trained on. Dreams
# take two rounds as well, both of dreams: dream, drive and record, train anew, dream.
# Interrupted, the same command goes on where it stopped. The size of the last round can be changed
# by environment variables, shown here with their defaults (quick, record; both dreams as quick, but
# 120 episodes of a driver with lapses; dream-first has 2 epochs of V, dream's last round 60 episodes of
# the last round's controller).
#
# On Debian 12 and Ubuntu LTS without Swift it offers to install the official toolchain below the user's
# home (toolchain.sh); with --yes, the first argument, it does so unasked.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

yes=
[ "${1:-}" != --yes ] || { yes=yes && shift; }
[[ $# -le 1 && ${1:-} != -* ]] || fail "usage: cluster/local/run.sh [--yes] [LOGDIR]"
profile=${PROFILE:-quick}             # a profile that comes with the program, or a JSON file
first=quick quick=(20 60 0 0 3 0 12)
reward= # dreams need an M that knows rewards
case $profile in
    record) logdir=runs/record rounds=2 defaults=(10 30 0 60 4 0.5 12) ;;
    dream)
        logdir=runs/dream rounds=2 defaults=(20 60 120 60 3 0 12) reward=yes
        first=dream quick=(20 60 120 0 3 0 12)
        ;;
    dream-first) logdir=runs/dream-first rounds=1 defaults=(20 60 120 0 2 0 12) reward=yes ;;
    *) logdir=runs/quickstart rounds=1 defaults=("${quick[@]}") ;;
esac
logdir=${1:-$logdir}
seed=${SEED:-1}
rounds=${ROUNDS:-$rounds}             # 1, 2
size=(
    "${BROWNIAN:-${defaults[0]}}"     # 20, 10: episodes of a random walk of the controls
    "${DRIVER:-${defaults[1]}}"       # 60, 30: episodes of a driver that follows the road
    "${EXPLORER:-${defaults[2]}}"     # 0, 0: episodes of that driver with lapses
    "${CONTROLLER:-${defaults[3]}}"   # 0, 60: episodes of the last round's controller
    "${VAE_EPOCHS:-${defaults[4]}}"   # 3, 4
    "${KL_TOLERANCE:-${defaults[5]}}" # 0, 0.5: free nats a latent; the paper's code has 0.5
    "${MDRNN_EPOCHS:-${defaults[6]}}" # 12
)
generations=${GENERATIONS:-}          # the profile's where this is empty
episodes=${EPISODES:-100}             # of the evaluation
cores=${CORES:-}                      # of the worker; all that this process may use where empty
address=${ADDRESS:-tcp://127.0.0.1:5555}

offer_swift "$yes"
require_swift
install_missing_packages
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

# round DIR PROFILE GENERATIONS DIR_OF_THE_ROUND_BEFORE SIZE...
round() {
    local dir=$1 profile=$2 generations=$3 before=$4
    local brownian=$5 driver=$6 explorer=$7 controller=$8
    local vae_epochs=$9 kl_tolerance=${10} mdrnn_epochs=${11}
    mkdir -p "$dir"
    step "$dir: generating rollouts"
    "$worldmodels" generate --rootdir "$dir/data/brownian" --rollouts "$brownian" \
        --policy brownian --seed "$seed"
    "$worldmodels" generate --rootdir "$dir/data/driver" --rollouts "$driver" \
        --policy driver --seed "$seed"
    [ "$explorer" -eq 0 ] || "$worldmodels" generate --rootdir "$dir/data/explorer" \
        --rollouts "$explorer" --policy explorer --seed "$seed"
    [ -z "$before" ] || "$worldmodels" generate --rootdir "$dir/data/controller" \
        --rollouts "$controller" --policy controller --logdir "$before" --seed $((seed + 1))

    step "$dir: training V"
    "$worldmodels" train-vae --logdir "$dir" --data "$dir/data" --epochs "$vae_epochs" \
        --kl-tolerance "$kl_tolerance" --seed "$seed"

    step "$dir: training M"
    "$worldmodels" train-mdrnn --logdir "$dir" --data "$dir/data" --epochs "$mdrnn_epochs" \
        --sequence-stride 8 --seed "$seed" ${reward:+--include-reward}

    step "$dir: searching C: one coordinator, one worker"
    "$worldmodels" worker --connect "$address" --until finished ${cores:+--cores "$cores"} &
    children+=($!)
    "$worldmodels" coordinator --logdir "$dir" --bind "$address" --profile "$profile" \
        ${generations:+--generations "$generations"} --seed "$seed"
    stop_children
}

before=
for ((number = 1; number < rounds; number++)); do
    round "$logdir/round-$number" "$first" "" "$before" "${quick[@]}"
    before=$logdir/round-$number
done
round "$logdir" "$profile" "$generations" "$before" "${size[@]}"

step "evaluating on tracks never used in training"
"$worldmodels" evaluate --logdir "$logdir" --episodes 16 --zero
"$worldmodels" evaluate --logdir "$logdir" --episodes "$episodes" --video "$logdir/pictures/drive.gif"

step "looking at the run"
"$worldmodels" inspect "$logdir"
"$worldmodels" inspect "$logdir" --png "$logdir/pictures/return.png"
step "done: the run is in $logdir, its pictures in $logdir/pictures"
