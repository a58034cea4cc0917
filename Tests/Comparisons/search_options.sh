#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# What each option of the search is worth: from the same models and seeds, one option changed at a
# time, the return of the distribution's mean on 64 unseen tracks and the steps that it took.
#
#   Tests/Comparisons/search_options.sh MODELS OUTPUT
#
# MODELS is a directory with vae.safetensors and mdrnn.safetensors, such as one of
# cluster/local/run.sh. Runs that are there already are continued, so an interrupted comparison goes
# on. Prints a Markdown table. Environment variables, with their defaults, change the size.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/chaos/common.sh

[ "$#" -eq 2 ] || fail "usage: Tests/Comparisons/search_options.sh MODELS OUTPUT"
models=$(realpath "$1")
output=$(realpath -m "$2")
seeds=${SEEDS:-1 2 3}
generations=${GENERATIONS:-10}
workers=${WORKERS:-$(nproc)}
port=${PORT:-6021}

need sqlite3 sqlite3
find_program

pids=()
stop_workers() {
    [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait || true
    pids=()
}
trap stop_workers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# search NAME SEED OPTION...: one run, continued if it is there.
search() {
    local directory=$output/$1-$2 seed=$2 index
    shift 2
    [ -e "$directory/vae.safetensors" ] || new_run "$directory"
    for ((index = 1; index <= workers; index++)); do
        "$worldmodels" worker --connect "tcp://127.0.0.1:$port" </dev/null 2>>"$directory/worker.log" &
        pids+=($!)
    done
    "$worldmodels" coordinator --logdir "$directory" --bind "tcp://127.0.0.1:$port" \
        --seed "$seed" --generations "$generations" --evaluate-every 0 \
        --evaluation-episodes 64 "$@" </dev/null >>"$directory/coordinator.log" 2>&1 ||
        fail "the coordinator failed: see $directory/coordinator.log"
    stop_workers
}

# result NAME SEED: the mean return and the steps in millions.
result() {
    query "$output/$1-$2" "SELECT printf('%.0f %.2f', mean,
        (SELECT sum(steps) FROM generations WHERE generation <= $generations) / 1e6)
        FROM evaluations WHERE generation = $generations"
}

# A case a line: its name, a description, and what it changes of the base.
cases() {
    cat <<'CASES'
base|64 candidates, 4 tracks, sigma 0.05, separable, z and h, mean z, early stop|
full|full covariance|--variant full
sigma-10|sigma 0.1|--sigma 0.1
sigma-025|sigma 0.025|--sigma 0.025
all|the mean moves by all ranks|--recombination all
tracks-2|2 tracks a candidate|--n-samples 2
tracks-8|8 tracks a candidate|--n-samples 8
population-32|32 candidates, 8 tracks|--pop-size 32 --n-samples 8
population-128|128 candidates, 2 tracks|--pop-size 128 --n-samples 2
no-early-stop|no early stop|--stop-after-steps-without-tile 0
step-cap|steps capped at twice the last generation's mean|--step-cap-factor 2
sampled|z drawn instead of its mean|--latent sampled
z|z alone|--controller-inputs z
zch|z, c and h|--controller-inputs zch
untrained|M untrained|--untrained-memory
CASES
}

# options CHANGE: sets `options` to the base's with the change in place of what it names.
set_options() {
    options=(--pop-size 64 --n-samples 4 --sigma 0.05 --variant separable
        --stop-after-steps-without-tile 100)
    local -a words
    local word place
    read -r -a words <<<"$1"
    for ((word = 0; word + 1 < ${#words[@]}; word += 2)); do
        for ((place = 0; place < ${#options[@]}; place += 2)); do
            if [ "${options[place]}" = "${words[word]}" ]; then
                options=("${options[@]:0:place}" "${options[@]:place+2}")
                break
            fi
        done
    done
    options+=("${words[@]}")
}

# A seed at a time for all cases, so that what is there can be compared however far it got.
for seed in $seeds; do
    while IFS='|' read -r name description change; do
        set_options "$change"
        if [ "$change" = --untrained-memory ]; then
            mkdir -p "$output/$name-$seed"
            cp "$models/vae.safetensors" "$output/$name-$seed/"
        fi
        search "$name" "$seed" "${options[@]}"
        say "$name, seed $seed: $(result "$name" "$seed")" >&2
    done < <(cases)
done

printf '| changed | mean return on 64 tracks, a seed each | average | million steps |\n'
printf '| --- | ---: | ---: | ---: |\n'
while IFS='|' read -r name description change; do
    for seed in $seeds; do result "$name" "$seed"; done |
        awk -v description="$description" '
            { returns = returns " " $1; sum += $1; steps += $2 }
            END { printf "| %s |%s | %.0f | %.2f |\n", description, returns, sum / NR, steps / NR }'
done < <(cases)
