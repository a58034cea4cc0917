#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# A coordinator with 256 descriptors and 512 MiB goes on while floods.py floods it in each of its
# ways, one after the other; then the same seed is driven in peace as far. Both must be equal, bit for
# bit. Tells the memory, the descriptors and the slow-down of each flood.
#
#   cluster/chaos/floods.sh MODELS [OUTPUT]      (default: a new directory under /tmp)
#
# MODELS is a directory with vae.safetensors and mdrnn.safetensors. Environment variables, shown with
# their defaults, change the size.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

{ [ "$#" -ge 1 ] && [ "$#" -le 2 ]; } || fail "usage: cluster/chaos/floods.sh MODELS [OUTPUT]"
models=$(realpath "$1")
output=$(realpath -m "${2:-$(mktemp -d /tmp/worldmodels-floods-XXXXXX)}")
kinds=${KINDS:-idle connections multipart frames hellos status pieces}
seconds=${FLOOD_SECONDS:-60}
descriptors=${DESCRIPTORS:-256}
memory=${MEMORY_MIB:-512}
steps=${STEPS:-100}
port=${PORT:-6013}

need sqlite3 sqlite3
need python3 python3
find_program
[ ! -e "$output/flooded" ] || fail "$output/flooded exists already: name another directory"
mkdir -p "$output"
flooder=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/floods.py

pids=()
stop_all() {
    local pid
    for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# drive DIRECTORY GENERATIONS: starts a coordinator and a worker.
drive() {
    new_run "$1"
    (
        ulimit -n "$descriptors"
        exec "$worldmodels" coordinator --logdir "$1" --bind "tcp://127.0.0.1:$port" --seed 7 \
            --variant separable --pop-size 8 --n-samples 1 --max-steps "$steps" \
            --evaluate-every 1000000 --generations "$2" >"$1/coordinator.log" 2>&1
    ) &
    coordinator=$!
    "$worldmodels" worker --connect "tcp://127.0.0.1:$port" 2>"$1/worker.log" &
    pids=("$coordinator" $!)
    until grep -q 'generation [0-9]*: best' "$1/coordinator.log"; do
        kill -0 "$coordinator" || fail "the coordinator ended: see $1/coordinator.log"
        sleep 0.1
    done
}
generations() { grep -c 'generation [0-9]*: best' "$1/coordinator.log" || true; }
# value NAME: a line of the coordinator's status file, in MiB.
value() { awk -v name="$1:" '$1 == name { print int($2 / 1024) }' "/proc/$coordinator/status"; }

drive "$output/flooded" 1000000
before=$(generations "$output/flooded")
sleep "$seconds"
calm=$(($(generations "$output/flooded") - before))
say "in peace: $calm generations in $seconds s, at most $(value VmHWM) MiB"
for kind in $kinds; do
    before=$(generations "$output/flooded")
    python3 "$flooder" 127.0.0.1 "$port" "$kind" "$seconds" >"$output/$kind.log" &
    flood=$!
    most=0
    while kill -0 "$flood" 2>/dev/null; do
        open=$(find "/proc/$coordinator/fd" -mindepth 1 2>/dev/null | wc -l)
        most=$((open > most ? open : most))
        sleep 0.2
    done
    kill -0 "$coordinator" 2>/dev/null || fail "$kind ended the coordinator: see $output/flooded"
    say "$(cat "$output/$kind.log"); $(($(generations "$output/flooded") - before)) generations," \
        "at most $most descriptors and so far $(value VmHWM) MiB"
done
peak=$(value VmHWM)
kill -TERM "$coordinator"
wait "$coordinator" || true
# The worker waits for the next coordinator.
kill -TERM "${pids[1]}"
wait "${pids[1]}" || true
done=$(query "$output/flooded" 'SELECT count(*) FROM generations')
[ "$peak" -le "$memory" ] || fail "the coordinator had $peak MiB, more than $memory"

say "the same $done generations in peace"
drive "$output/calm" "$done"
wait "$coordinator" || fail "the undisturbed run failed: see $output/calm"
"$worldmodels" inspect "$output/flooded" --compare "$output/calm" || fail "the runs differ"
for run in flooded calm; do
    query "$output/$run" "SELECT generation, state_digest, fitness_digest, steps FROM generations
        ORDER BY 1" >"$output/$run.digests"
done
cmp "$output/flooded.digests" "$output/calm.digests" || fail "the runs differ: see $output"
say "equal, bit for bit, within $descriptors descriptors and $memory MiB (it had $peak)"
