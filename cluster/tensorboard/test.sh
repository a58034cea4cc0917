#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# A run whose coordinator writes event files for TensorBoard is killed and continued; then TensorBoard's own
# reader has to find every number of the run's report in them, and no step twice (compare.py). The same of
# what 'inspect --tensorboard' writes.
#
#   WORLDMODELS=.build/release/worldmodels cluster/tensorboard/test.sh
#
# Needs python3 with tensorboard (PYTHON names another one).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${PYTHON:-python3}
program=$(realpath "${WORLDMODELS:-.build/release/worldmodels}")
"$python" -c 'import tensorboard' 2>/dev/null || {
    echo "error: tensorboard is missing: pip install tensorboard==2.21.0, or name a Python that has it by PYTHON" >&2
    exit 1
}
scratch=$(mktemp -d)
pids=()
finish() {
    [ "${#pids[@]}" -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT

run=$scratch/run
# In a shell of its own, which it becomes: who kills that kills the coordinator.
coordinate() {
    exec "$program" coordinator --logdir "$run" --pretrained --pop-size 4 --n-samples 2 --seed 3 \
        --evaluate-every 2 --evaluation-episodes 2 --address-file "$scratch/address" --tensorboard \
        --max-steps 60 "$@" >>"$scratch/log" 2>&1
}
generations() { "$program" inspect "$run" --csv 2>/dev/null | tail -n +2 | wc -l; }
"$program" worker --coordinator-file "$scratch/address" --cores 2 2>"$scratch/worker.log" &
pids+=("$!")
coordinate --generations 1000 &
pids+=("$!")
deadline=$((SECONDS + 300))
until [ "$(generations)" -ge 3 ]; do
    [ "$SECONDS" -lt "$deadline" ] || { cat "$scratch"/*log >&2; exit 1; }
    sleep 0.2
done
kill -9 "${pids[1]}"
wait "${pids[1]}" || true
unset 'pids[1]'
(coordinate --generations $(($(generations) + 3))) || { cat "$scratch"/*log >&2; exit 1; }

"$program" inspect "$run" --rollouts --json >"$scratch/rollouts"
"$program" inspect "$run" --tensorboard "$scratch/board" >/dev/null
for directory in "$run/tensorboard" "$scratch/board"; do
    printf '%s\n' "$directory"
    "$program" inspect "$run" --json | "$python" cluster/tensorboard/compare.py "$directory" \
        --rollouts "$scratch/rollouts"
done
