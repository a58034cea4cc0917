# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by the scripts of this directory and by the tests of the launchers beside it: the program, the
# models, small runs, and what they say.

say() { printf '%s  %s\n' "$(date +%T)" "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
need() {
    command -v "$1" >/dev/null || fail "$1 is missing: apt-get install $2"
}

# Where the program is: $WORLDMODELS, else the release build.
find_program() {
    local root
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    worldmodels=$(realpath "${WORLDMODELS:-$root/.build/release/worldmodels}")
    [ -x "$worldmodels" ] ||
        fail "$worldmodels is missing: swift build -c release --product worldmodels"
}

# new_run DIRECTORY: a run's directory with the models of $models.
new_run() {
    mkdir -p "$1"
    local file
    for file in vae.safetensors mdrnn.safetensors; do
        [ -r "$models/$file" ] ||
            fail "$models/$file is missing: train it, for example by cluster/local/run.sh"
        cp "$models/$file" "$1/"
    done
}

# query DIRECTORY SQL: one answer of a run's database.
query() { sqlite3 -readonly -cmd '.timeout 10000' "$1/run.sqlite" "$2"; }

# generations_of DIRECTORY: how many a run has completed.
generations_of() { query "$1" 'SELECT count(*) FROM generations' 2>/dev/null || echo 0; }
has_generations() { [ "$(generations_of "$1")" -ge "$2" ]; }

# eventually SECONDS WHAT COMMAND ...: waits for a command to succeed.
eventually() {
    local deadline=$((SECONDS + $1)) limit=$1 what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || fail "not within $limit s: $what"
        sleep 0.3
    done
    say "$what"
}

# new_scratch NAME [DIRECTORY]: where a test works: $scratch, new, and kept if the test fails.
new_scratch() {
    scratch=$(realpath -m "${2:-$(mktemp -d "/tmp/worldmodels-$1-XXXXXX")}")
    [ -z "$(ls -A "$scratch" 2>/dev/null)" ] || fail "$scratch is not empty: name another directory"
    mkdir -p "$scratch"
}
# drop_scratch STATUS NAME: at a test's end.
drop_scratch() {
    if [ "$1" -eq 0 ] && [[ $scratch == /tmp/worldmodels-$2-* ]]; then
        rm -rf "$scratch"
    else
        say "logs and runs are in $scratch"
    fi
}

# Of a run that a machine of two cores drives in seconds a generation, with the agent that comes with the
# program.
# shellcheck disable=SC2034
small_run=(--pretrained --seed 7 --variant separable --pop-size 16 --n-samples 2 --max-steps 300
    --evaluate-every 5 --evaluation-episodes 8)

# What of a run must not depend on what happened to it: every row that the seed decides. Times and
# names of workers are left out.
essence() {
    query "$1" "SELECT purpose, generation, candidate, repetition, track_seed,
        printf('%!.17g', return), steps, tiles_visited, track_tiles, end FROM rollouts
        ORDER BY 1, 2, 3, 4;
        SELECT generation, state_digest, fitness_digest, steps FROM generations ORDER BY 1;
        SELECT generation, digest, hex(parameters) FROM evaluations ORDER BY 1;
        SELECT generation, hex(state) FROM optimiser_state ORDER BY 1"
}

# same_runs ONE OTHER GENERATIONS: fails unless both are complete and equal, bit for bit.
same_runs() {
    "$worldmodels" inspect "$1" --compare "$2" || return 1
    local run count
    for run in "$1" "$2"; do
        count=$(query "$run" 'SELECT count(*) FROM generations')
        [ "$count" -eq "$3" ] || fail "$run has $count generations, not $3"
    done
    cmp <(essence "$1") <(essence "$2") || return 1
    # The files' headers name their runs; the 867 parameters are the tail.
    cmp <(tail -c 3468 "$1/controller.safetensors") <(tail -c 3468 "$2/controller.safetensors")
}

# count_rollouts DIRECTORY: fails unless every rollout is there once and counted once.
count_rollouts() {
    local wanted found counted
    wanted=$(query "$1" 'SELECT (SELECT sum(rollouts) FROM generations)
        + (SELECT sum(episodes) FROM evaluations)')
    found=$(query "$1" 'SELECT count(*) FROM rollouts')
    counted=$(query "$1" 'SELECT sum(rollouts) FROM workers')
    say "$1: $wanted rollouts asked for, $found stored, $counted counted for workers"
    [ "$wanted" -eq "$found" ] && [ "$wanted" -eq "$counted" ]
}
