#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# A run on Slurm: a job that coordinates and an array of jobs that work, as many at a time as wanted.
#
#   cluster/slurm/run.sh up RUN N [OPTION ...]     N workers; OPTIONs go to the coordinator
#   cluster/slurm/run.sh scale RUN N               more or fewer, at once; fewer hand back their episodes
#   cluster/slurm/run.sh status RUN
#   cluster/slurm/run.sh down RUN                  ends both; `up` continues the run
#   cluster/slurm/run.sh keys RUN                  makes the keys alone, for the .sbatch files by hand
#
# RUN is a directory that all nodes see. It gets keys/ (where it has none), slurm/ with the jobs' logs,
# and coordinator.address. Environment variables: WORLDMODELS (the program on the nodes, else the one on
# the PATH), KEYS, BIND, IDLE as in the .sbatch files, and options of sbatch, such as --time=4:00:00
# --partition=batch: COORDINATOR_OPTIONS and WORKER_OPTIONS.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
usage() { fail "usage: cluster/slurm/run.sh up|scale RUN N, or status|down|keys RUN"; }

[ "$#" -ge 2 ] || usage
command=$1
run=$(realpath -m "$2")
shift 2
export WORLDMODELS=${WORLDMODELS:-worldmodels} KEYS=${KEYS:-$run/keys}
read -ra coordinator_options <<<"${COORDINATOR_OPTIONS:-}"
read -ra worker_options <<<"${WORKER_OPTIONS:-}"

is_number() { [[ $1 =~ ^[0-9]+$ ]]; }
# job NAME: the number of a job of this run, if it has been submitted.
job() { cat "$run/slurm/$1.job" 2>/dev/null || true; }
# is_queued JOB: whether a job waits, runs, or has tasks that do.
is_queued() { [ -n "$1" ] && [ -n "$(squeue --noheader --jobs="$1" 2>/dev/null)" ]; }

make_keys() {
    command -v "$WORLDMODELS" >/dev/null ||
        fail "$WORLDMODELS is not here: install it, or give WORLDMODELS its path"
    mkdir -p "$KEYS"
    [ -e "$KEYS/coordinator.key" ] || "$WORLDMODELS" keys create "$KEYS/coordinator"
    [ -e "$KEYS/worker.key" ] || "$WORLDMODELS" keys create "$KEYS/worker"
    [ -e "$KEYS/allowed" ] || cp "$KEYS/worker.public" "$KEYS/allowed"
}

submit_workers() { # N
    # The highest index that this Slurm takes, 1,000 where nothing is set.
    local limit
    limit=$(scontrol show config | sed -n 's/^MaxArraySize *= *//p')
    sbatch --parsable --array="1-$((${limit:-1001} - 1))%$1" \
        --output="$run/slurm/worker-%A-%a.log" "${worker_options[@]}" \
        "$here/workers.sbatch" "$run" | cut -d ';' -f 1 >"$run/slurm/workers.job"
    echo "workers: job $(job workers), $1 at a time"
}

throttle() { # N
    # It complains of the tasks that have ended, and changes the others.
    local said
    said=$(scontrol update JobId="$(job workers)" ArrayTaskThrottle="$1" 2>&1) ||
        scontrol --oneliner show job "$(job workers)" | grep "ArrayTaskThrottle=$1 " >/dev/null ||
        fail "the array keeps its number of workers: $said"
}

# running: the workers' tasks that run, the oldest first.
running() {
    squeue --noheader --array --states=RUNNING --jobs="$(job workers)" --format=%i --sort=S
}

case $command in
    up)
        { [ "$#" -ge 1 ] && is_number "$1" && [ "$1" -ge 1 ]; } || usage
        wanted=$1
        shift
        ! is_queued "$(job coordinator)" ||
            fail "job $(job coordinator) coordinates $run already: scale it, or take it down first"
        mkdir -p "$run/slurm"
        make_keys
        # An earlier run's end is not this one's.
        rm -f "$run/coordinator.address"
        sbatch --parsable --output="$run/slurm/coordinator-%j.log" "${coordinator_options[@]}" \
            "$here/coordinator.sbatch" "$run" "$@" | cut -d ';' -f 1 >"$run/slurm/coordinator.job"
        echo "coordinator: job $(job coordinator); logs in $run/slurm"
        if is_queued "$(job workers)"; then
            throttle "$wanted"
            echo "workers: job $(job workers) is there already, $wanted at a time"
        else
            submit_workers "$wanted"
        fi
        ;;
    scale)
        { [ "$#" -eq 1 ] && is_number "$1" && [ "$1" -ge 1 ]; } || usage
        if ! is_queued "$(job workers)"; then
            is_queued "$(job coordinator)" || fail "nothing of $run is in the queue: begin with up"
            submit_workers "$1"
            exit
        fi
        throttle "$1"
        # The throttle counts for tasks that begin; of those that run, the youngest are told to end.
        mapfile -t surplus < <(running | tail -n +$(($1 + 1)))
        echo "workers: job $(job workers), $1 at a time; ${#surplus[@]} end now"
        [ "${#surplus[@]}" -gt 0 ] || exit 0
        # Its status is an error's where one obeys at once.
        scancel --batch --signal=USR1 "${surplus[@]}" || true
        deadline=$((SECONDS + 60))
        while [ "$(running | wc -l)" -gt "$1" ]; do
            [ "$SECONDS" -lt "$deadline" ] || fail "more than $1 run after a minute: see squeue"
            sleep 1
        done
        ;;
    status)
        for name in coordinator workers; do
            ! is_queued "$(job $name)" || squeue --jobs="$(job $name)"
        done
        [ ! -e "$run/run.sqlite" ] || "$WORLDMODELS" inspect "$run" | head -n 20
        ;;
    down)
        for name in workers coordinator; do
            ! is_queued "$(job $name)" || scancel "$(job $name)"
        done
        ;;
    keys) make_keys ;;
    *) usage ;;
esac
