#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Compiles the networks' loops for this processor and for aarch64, which qemu then plays with and
# without its instruction for dot products, and compares the bits of their results.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=cluster/local/prepare.sh
. cluster/local/prepare.sh
install_missing_packages qemu-user binutils-aarch64-linux-gnu libc6-dev-arm64-cross \
    libgcc-12-dev-arm64-cross
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
loops=Sources/CKernels
sources=(.ci/forms.c "$loops"/{avx2,avx512,pictures,portable,select}.c "$loops"/int8_*.c)
strict=(-O2 -Wall -Wextra -Werror -I "$loops/include")

clang "${strict[@]}" -o "$work/here" "${sources[@]}" -lm
"$work/here" | sort -u >"$work/expected"
[ "$(wc -l <"$work/expected")" = 3 ] || {
    echo "the forms for this processor differ:"
    "$work/here"
    exit 1
}

libraries=/usr/lib/gcc-cross/aarch64-linux-gnu/12
clang --target=aarch64-linux-gnu "${strict[@]}" -I /usr/aarch64-linux-gnu/include -static \
    --ld-path=/usr/bin/aarch64-linux-gnu-ld -B $libraries -B /usr/aarch64-linux-gnu/lib \
    -L $libraries -L /usr/aarch64-linux-gnu/lib -o "$work/there" "${sources[@]}" -lm
# The first has no instruction for dot products, the second has.
for processor in cortex-a53 neoverse-n1; do
    qemu-aarch64 -cpu $processor "$work/there" | sort -u | diff "$work/expected" - || {
        echo "aarch64 ($processor) gives other bits than this processor"
        exit 1
    }
done
