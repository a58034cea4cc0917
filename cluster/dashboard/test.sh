#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Tries the page in a real Chromium: a run that goes on, whose coordinator is killed and comes back, by mouse
# and by keyboard, with pictures at two widths in two themes; then a run as large as the paper's; then both runs
# as one file (inspect --html), without a server.
#
#   cluster/dashboard/test.sh [PICTURES]        where the pictures are kept; else they are thrown away
#   WORLDMODELS=PROGRAM   a program that is there already; else that of .build/release

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh
program=$(realpath "${WORLDMODELS:-.build/release/worldmodels}")
[ -x "$program" ] || fail "$program is no program: swift build -c release"
need chromium chromium
need python3 python3
need curl curl

scratch=$(mktemp -d)
pictures=$(realpath -m "${1:-$scratch/pictures}")
end() {
    kill $(jobs -p) 2>/dev/null || true
    [ ! -f "$scratch/pid" ] || kill "$(cat "$scratch/pid")" 2>/dev/null || true
    wait
    rm -rf "$scratch"
}
trap end EXIT
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
await() {
    local end=$((SECONDS + 240))
    until grep -q "$1" "$2" 2>/dev/null; do
        [ "$SECONDS" -lt "$end" ] || fail "no '$1' in $2: $(tail -n 3 "$2")"
        sleep 0.2
    done
}

step "a run"
# The same command continues it, at the same port and with the same token.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$scratch/start" <<START
#!/bin/sh
"$program" coordinator --logdir "$scratch/run" --pretrained --pop-size 4 --n-samples 2 --evaluate-every 2 --evaluation-episodes 4 \
    --generations 1000 --dashboard 127.0.0.1:$port --dashboard-token "$scratch/token" \
    --dashboard-link "$scratch/link" \
    --address-file "$scratch/address" >>"$scratch/coordinator.log" 2>&1 &
echo \$! >"$scratch/pid"
START
chmod +x "$scratch/start"
"$scratch/start"
await 'the page: ' "$scratch/coordinator.log"
link=$(cat "$scratch/link")
"$program" worker --coordinator-file "$scratch/address" >"$scratch/worker.log" 2>&1 &
await 'generation 1:' "$scratch/coordinator.log"

step "the page"
python3 cluster/dashboard/page_test.py "$link" "$pictures" "$scratch/pid" "$scratch/start" ||
    fail "the page is not as it should be"
kill "$(cat "$scratch/pid")"
rm "$scratch/pid"

step "a made-up run of 1,800 generations of 64 x 16"
python3 cluster/dashboard/made_up.py "$scratch/run" "$scratch/large"
"$program" dashboard "$scratch/large" --bind 0 --dashboard-token "$scratch/token" --dashboard-link "$scratch/large.link" \
    >"$scratch/dashboard.log" 2>&1 &
large=$!
await 'the page: ' "$scratch/dashboard.log"
python3 cluster/dashboard/size_test.py "$(cat "$scratch/large.link")" "$large" "$pictures" ||
    fail "the page of a large run takes too long, or too much"

step "both as one file, with a film"
"$program" dashboard "$scratch/run" --bind 0 --dashboard-token "$scratch/token" --dashboard-link "$scratch/film.link" \
    >"$scratch/film.log" 2>&1 &
await 'the page: ' "$scratch/film.log"
place=$(sed 's/[?].*//' "$scratch/film.link")
until curl -fsS -H "Authorization: Bearer $(cat "$scratch/token")" "${place}api/v1/runs/run/films/drive/3?make=1" >"$scratch/film" &&
    grep -q '"ready"' "$scratch/film"; do
    [ "$SECONDS" -lt 1200 ] && ! grep -q failed "$scratch/film" || fail "no film: $(cat "$scratch/film")"
    sleep 1
done
"$program" inspect "$scratch/run" "$scratch/large" --html "$scratch/runs.html"
python3 cluster/dashboard/file_test.py "$scratch/runs.html" "$pictures" || fail "the file is not as it should be"
step "a dream to drive in: a small M with its reward"
"$program" generate --rootdir "$scratch/data" --rollouts 4 --policy driver --steps 400 --seed 1 >"$scratch/data.log"
mkdir "$scratch/dream"
cp "$scratch/run/vae.safetensors" "$scratch/dream/"
"$program" train-mdrnn --logdir "$scratch/dream" --data "$scratch/data" --epochs 5 --include-reward --sequence-stride 8 \
    >"$scratch/mdrnn.log"
# So little trained it sees ends everywhere: without chance there is none that is less likely than not.
"$program" dream --logdir "$scratch/dream" --play --listen 127.0.0.1:0 --temperature 0 --steps 100000 \
    --dashboard-token "$scratch/token" --dashboard-link "$scratch/play.link" >"$scratch/play.log" 2>&1 &
await 'the page: ' "$scratch/play.log"
python3 cluster/dashboard/play_test.py "$(cat "$scratch/play.link")" "$pictures" ||
    fail "the dream is not driven as it should be"
step "all is well: $(chromium --version)"
