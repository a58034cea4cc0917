#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Gives the readers of bytes from outside what libFuzzer thinks of, under the address sanitizer.
#
#   .ci/fuzz.sh MINUTES [TARGET...]      (default: all, MINUTES each; 0 only replays what is known)
#
# It goes on from Tests/FuzzingTests/Corpus and from what earlier calls have kept in .build-fuzz/corpus.
# An input that breaks something is left in .build-fuzz/found: mend what it breaks, and put it into
# Tests/FuzzingTests/Corpus/TARGET, which `swift test` replays.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ "$#" -ge 1 ] || {
    sed -n '/^#   /s/^#   //p' "$0" >&2
    exit 64
}
minutes=$1
shift

scratch=.build-fuzz
known=Tests/FuzzingTests/Corpus
# Edges and comparisons of all Swift code are counted; zlib, SQLite and OpenBLAS are as they are.
WORLDMODELS_FUZZ=1 swift build --product fuzzer --scratch-path "$scratch" \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -O -Xswiftc -use-ld=lld

fuzzer=$scratch/debug/fuzzer
# What is still held at the end is not lost: singletons, and caches of Foundation's.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
# The sanitizer and libFuzzer tell of a crash; Swift's backtraces take minutes of instrumented code.
export SWIFT_BACKTRACE=enable=no
[ "$#" -gt 0 ] || mapfile -t targets < <("$fuzzer")
[ "$#" -eq 0 ] || targets=("$@")
mkdir -p "$scratch/found"
for target in "${targets[@]}"; do
    corpus=$scratch/corpus/$target
    mkdir -p "$corpus"
    "$fuzzer" "$target" --seeds "$corpus"
    largest=16384
    [ "$target" != database ] || largest=262144
    options=(-timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 "-max_len=$largest")
    options+=("-artifact_prefix=$scratch/found/$target-" -print_final_stats=1)
    if [ "$minutes" = 0 ]; then options+=(-runs=0); else options+=("-max_total_time=$((minutes * 60))"); fi
    printf '%s: %s\n' "$(date +%H:%M:%S)" "$target"
    "$fuzzer" "$target" "${options[@]}" "$corpus" "$known/$target" 2>"$scratch/found/$target.log" || {
        tail -n 40 "$scratch/found/$target.log" >&2
        printf 'error: %s: see %s/found\n' "$target" "$scratch" >&2
        exit 1
    }
    grep -E '^stat::(number_of_executed_units|peak_rss_mb)' "$scratch/found/$target.log"
done
