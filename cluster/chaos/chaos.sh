#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# A run under chaos ends with the same bits as a run in peace: the same seed is driven twice, once
# undisturbed, once with workers killed (-9) and paused every few seconds and the coordinator
# killed (-9) several times. Then the two databases are compared row by row.
#
#   cluster/chaos/chaos.sh MODELS [OUTPUT]      (default: a new directory under /tmp)
#
# MODELS is a directory with vae.safetensors and mdrnn.safetensors. Environment variables, shown
# with their defaults, change the size.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

{ [ "$#" -ge 1 ] && [ "$#" -le 2 ]; } || fail "usage: cluster/chaos/chaos.sh MODELS [OUTPUT]"
models=$(realpath "$1")
output=$(realpath -m "${2:-$(mktemp -d /tmp/worldmodels-chaos-XXXXXX)}")
generations=${GENERATIONS:-10}
population=${POPULATION:-16}
samples=${SAMPLES:-2}
steps=${STEPS:-400}
workers=${WORKERS:-3}
coordinator_kills=${COORDINATOR_KILLS:-5}
port=${PORT:-6011}
RANDOM=${CHAOS_SEED:-1}

need sqlite3 sqlite3
find_program
[ ! -e "$output/calm" ] || fail "$output/calm exists already: name another directory"
mkdir -p "$output"
address=tcp://127.0.0.1:$port

declare -a pids
coordinator=
stop_all() {
    local pid
    for pid in "${pids[@]}" $coordinator; do
        kill -CONT "$pid" 2>/dev/null || true
        kill -9 "$pid" 2>/dev/null || true
    done
    wait 2>/dev/null || true
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_worker() { # INDEX
    "$worldmodels" worker --connect "$address" 2>>"$output/worker-$1.log" &
    pids[$1]=$!
    disown $!
}
start_coordinator() { # DIRECTORY
    "$worldmodels" coordinator --logdir "$1" --bind "$address" --seed 7 --variant separable \
        --pop-size "$population" --n-samples "$samples" --max-steps "$steps" \
        --generations "$generations" --evaluate-every 5 --evaluation-episodes 8 \
        >>"$1/coordinator.log" 2>&1 &
    coordinator=$!
    disown $!
}
is_alive() { kill -0 "$1" 2>/dev/null; }
# between LOW HIGH: a random number of tenths of a second, as seconds.
between() {
    local tenths=$(($1 + RANDOM % ($2 - $1 + 1)))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

say "in peace: $generations generations of $population x $samples rollouts of at most $steps steps"
new_run "$output/calm"
for ((index = 0; index < workers; index++)); do start_worker "$index"; done
began=$SECONDS
start_coordinator "$output/calm"
while is_alive "$coordinator"; do sleep 0.2; done
calm_seconds=$((SECONDS - began))
tail -n 1 "$output/calm/coordinator.log"

say "in chaos: the undisturbed run took $calm_seconds s"
new_run "$output/chaos"
kills=0 pauses=0 restarts=0
began=$SECONDS
start_coordinator "$output/chaos"
# Spread over the undisturbed run's time, so that all of them happen before the end.
period=$((calm_seconds * 10 / (coordinator_kills + 1)))
next_kill=$((period / 2 + RANDOM % (period / 2 + 1)))
declare -a resume_at
while true; do
    sleep "$(between 5 20)"
    if ! is_alive "$coordinator"; then break; fi
    now=$(((SECONDS - began) * 10))
    if [ "$restarts" -lt "$coordinator_kills" ] && [ "$now" -ge "$next_kill" ]; then
        kill -9 "$coordinator"
        restarts=$((restarts + 1))
        next_kill=$((now + period / 2 + RANDOM % (period / 2 + 1)))
        say "coordinator killed ($restarts of $coordinator_kills)"
        sleep "$(between 0 15)"
        start_coordinator "$output/chaos"
    fi
    for index in "${!resume_at[@]}"; do
        if [ "$SECONDS" -ge "${resume_at[$index]}" ]; then
            kill -CONT "${pids[$index]}" 2>/dev/null || true
            unset "resume_at[$index]"
        fi
    done
    victim=$((RANDOM % workers))
    if [ "$((RANDOM % 3))" -gt 0 ]; then
        kill -9 "${pids[$victim]}" 2>/dev/null || true
        unset "resume_at[$victim]"
        kills=$((kills + 1))
        start_worker "$victim"
    elif [ -z "${resume_at[$victim]:-}" ]; then
        # Some pauses outlast a lease of 10 s, some do not.
        kill -STOP "${pids[$victim]}" 2>/dev/null || true
        pauses=$((pauses + 1))
        resume_at[$victim]=$((SECONDS + 1 + RANDOM % 14))
    fi
done
chaos_seconds=$((SECONDS - began))
tail -n 1 "$output/chaos/coordinator.log"

say "$kills kills of workers, $pauses pauses, $restarts kills of the coordinator in $chaos_seconds s"
query "$output/chaos" 'SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind' |
    tr '|\n' ': ' && echo
[ "$restarts" -eq "$coordinator_kills" ] ||
    fail "the run ended after $restarts of $coordinator_kills kills: raise GENERATIONS or STEPS"
count_rollouts "$output/calm" || fail "rollouts of the undisturbed run are lost or counted twice"
count_rollouts "$output/chaos" || fail "rollouts were lost or counted twice"
same_runs "$output/calm" "$output/chaos" "$generations" || fail "the runs differ: see $output"
say "equal, bit for bit: every rollout, every generation, every evaluation, the optimiser's state"
