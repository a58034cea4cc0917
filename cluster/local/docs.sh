#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Builds the documentation of every target that has a catalogue, into .build/documentation; a warning
# is an error. Arguments go to `swift package`.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

require_swift
command -v docc >/dev/null || fail "docc is not on the PATH: it stands beside swift in the toolchain"
graphs=$(swift build --show-bin-path)/../symbolgraph
rm -rf "$graphs" .build/documentation
mkdir -p .build/documentation
swift package "$@" dump-symbol-graph --minimum-access-level public --skip-synthesized-members \
    >/dev/null
for catalogue in Sources/*/Documentation.docc; do
    module=$(basename "$(dirname "$catalogue")")
    mkdir -p "$graphs/of/$module"
    cp "$graphs/$module.symbols.json" "$graphs/of/$module/"
    docc convert "$catalogue" --additional-symbol-graph-dir "$graphs/of/$module" \
        --fallback-display-name "$module" --fallback-bundle-identifier "worldmodels.$module" \
        --warnings-as-errors --output-path ".build/documentation/$module"
done
