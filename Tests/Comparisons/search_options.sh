#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# What each option of the search is worth: from the same models and seeds, one option changed at a
# time, the environment steps until the distribution's mean has a return of 850, and of 906, on 64
# tracks that training never uses.
#
#   Tests/Comparisons/search_options.sh MODELS OUTPUT
#
# MODELS is a directory with vae.safetensors and mdrnn.safetensors, such as one of
# cluster/local/run.sh. It may run for days, and be interrupted: a run that is over is left alone, one
# that is not is continued. OUTPUT/table.md has what is known so far, anew after each run; it ends by
# what differs from the first case and what does not. Environment variables change the size:
#
#   SEEDS        the runs of each case, "1 2 3 4 5"
#   CASES        names of the list below, of which the first named one is compared with; all
#   PROFILE      whose settings a case changes: record
#   GENERATIONS  when a run ends that does not reach the last return: that of the profile
#   RETURNS      "850 906"; a run ends when an evaluation has the last one
#   EVALUATIONS  tracks of an evaluation, 64, and EVERY how many generations there is one, 2
#   EXTRA        further options of each run, such as "--max-steps 300"
#   CORES        of the worker; all that this process may use where empty
#   PORT         6021

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/chaos/common.sh

[ "$#" -eq 2 ] || fail "usage: Tests/Comparisons/search_options.sh MODELS OUTPUT"
models=$(realpath "$1")
output=$(realpath -m "$2")
seeds=${SEEDS:-1 2 3 4 5}
profile=${PROFILE:-record}
returns=${RETURNS:-850 906}
evaluations=${EVALUATIONS:-64}
every=${EVERY:-2}
port=${PORT:-6021}
address=tcp://127.0.0.1:$port
read -r -a extra <<<"${EXTRA:-}"

need sqlite3 sqlite3
need python3 python3
find_program

# A case a line: its name, a description, and what it changes of the profile.
list() {
    cat <<'CASES'
base|as the profile says|
hard-tracks|half of the tracks from generation 11 are those that candidates failed on|--hard-track-share 0,0.5@11
hard-tracks-late|the same from generation 19|--hard-track-share 0,0.5@19
tail|half of the shortfall of the worst quarter counts, from generation 19|--tail-weight 0,0.5@19
race|all candidates on 4 tracks, up to 16 near the boundary|--n-samples 4,16@11 --race-tracks 0,4@11
noise|tracks as the ranking's noise asks, 4 to 32|--n-samples 4 --n-samples-limit 32
all|hard tracks, tail and race|--n-samples 4,16@11 --race-tracks 0,4@11 --hard-track-share 0,0.5@11 --tail-weight 0,0.5@19
full|full covariance|--variant full
ranks|the mean moves by all ranks|--recombination all
sigma-10|sigma 0.1 at first|--sigma 0.1,0.03@11,0.018@19,0.012@22,0.008@29
sigma-own|sigma left to adapt itself|--sigma 0.05
rates|sigma and the learning rates left to adapt themselves|--sigma 0.05 --learning-rates adaptive
behind|episodes end that are 200 steps behind the best|--stop-after-steps-behind 200
tracks-8|8 tracks from the first generation|--n-samples 8
population-64|64 candidates, twice the tracks|--pop-size 64 --n-samples 8,16@11,32@29
no-early-stop|no early stop|--stop-after-steps-without-tile 0
step-cap|steps capped at twice the last generation's mean|--step-cap-factor 2
sampled|z drawn instead of its mean|--latent sampled
z|z alone|--controller-inputs z
zch|z, c and h|--controller-inputs zch
untrained|M untrained|--untrained-memory
CASES
}

# cases: those lines that are asked for, in the order in which they are named.
cases() {
    local name
    if [ -z "${CASES:-}" ]; then
        list
        return
    fi
    for name in $CASES; do
        list | grep "^$name|" || fail "CASES: there is no case $name"
    done
}

pids=()
stop_workers() {
    [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait || true
    pids=()
}
trap stop_workers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# search NAME SEED OPTION...: one run, continued if it is there; not again if it is over.
search() {
    local name=$1 directory=$output/$1-$2 seed=$2
    shift 2
    [ ! -e "$directory/over" ] || return 0
    [ -e "$directory/vae.safetensors" ] || new_run "$directory"
    "$worldmodels" worker --connect "$address" ${CORES:+--cores "$CORES"} </dev/null \
        2>>"$directory/worker.log" &
    pids+=($!)
    "$worldmodels" coordinator --logdir "$directory" --bind "$address" --profile "$profile" \
        ${GENERATIONS:+--generations "$GENERATIONS"} --target-return "${returns##* }" \
        --seed "$seed" --evaluate-every "$every" --evaluation-episodes "$evaluations" \
        ${extra[@]+"${extra[@]}"} "$@" </dev/null >>"$directory/coordinator.log" 2>&1 ||
        fail "the coordinator failed: see $directory/coordinator.log"
    stop_workers
    : >"$directory/over"
    say "$name, seed $seed: $(query "$directory" "SELECT printf('%.1f at best', max(mean))
        FROM evaluations"), $(query "$directory" "SELECT printf('%.2f million steps', sum(steps) / 1e6)
        FROM generations")" >&2
}

# results: for each run that is over, tab-separated: case, description, seed, steps of the search up to
# each evaluation and its mean, as STEPS:MEAN. Evaluations' own steps are not counted.
results() {
    local name description change seed
    while IFS='|' read -r name description change; do
        for seed in $seeds; do
            [ -e "$output/$name-$seed/over" ] || continue
            printf '%s\t%s\t%s\t%s\n' "$name" "$description" "$seed" "$(
                query "$output/$name-$seed" "SELECT group_concat(printf('%d:%.17g', (SELECT sum(steps)
                    FROM generations AS g WHERE g.generation <= e.generation), mean), ' ')
                    FROM (SELECT generation, mean FROM evaluations WHERE mean IS NOT NULL
                        ORDER BY generation) AS e"
            )"
        done
    done < <(cases)
}

table() {
    # shellcheck disable=SC2086
    results | python3 Tests/Comparisons/search_options.py $returns
}

cases >/dev/null
mkdir -p "$output"
# A seed at a time for all cases, so that what is there can be compared however far it got.
for seed in $seeds; do
    while IFS='|' read -r name description change; do
        read -r -a options <<<"$change"
        if [ "$change" = --untrained-memory ]; then
            mkdir -p "$output/$name-$seed"
            cp "$models/vae.safetensors" "$output/$name-$seed/"
        fi
        search "$name" "$seed" ${options[@]+"${options[@]}"}
        table >"$output/table.md"
    done < <(cases)
done
cat "$output/table.md"
