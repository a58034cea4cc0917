#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Tries the figures with the real Prometheus: promtool finds nothing to say against them, each alert fires
# once, the board's queries are queries of figures that there are, and a server scrapes a run that goes on.
#
#   cluster/prometheus/test.sh
#   WORLDMODELS=PROGRAM   a program that is there already; else that of .build/release

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh
program=$(realpath "${WORLDMODELS:-.build/release/worldmodels}")
[ -x "$program" ] || fail "$program is no program: swift build -c release"
need promtool prometheus
need prometheus prometheus
need python3 python3

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
# await WHAT SECONDS COMMAND...
await() {
    local what=$1 end=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || fail "$what: not within the time"
        sleep 0.5
    done
}

step "the rules, and each alert once"
promtool check rules cluster/prometheus/alerts.yml >/dev/null
promtool test rules cluster/prometheus/alerts_test.yml >/dev/null
promtool check config cluster/prometheus/prometheus.yml >/dev/null

step "a run"
"$program" coordinator --logdir "$scratch/run" --pretrained --pop-size 4 --n-samples 2 --evaluate-every 2 --evaluation-episodes 4 \
    --generations 100 --metrics 127.0.0.1:0 --address-file "$scratch/address" >"$scratch/coordinator.log" 2>&1 &
await "the coordinator" 60 grep -q 'figures for Prometheus' "$scratch/coordinator.log"
metrics=$(sed -n 's/.*figures for Prometheus: //p' "$scratch/coordinator.log")
"$program" worker --coordinator-file "$scratch/address" >"$scratch/worker.log" 2>&1 &
await "a generation" 180 sh -c "curl -fsS $metrics | grep -q '^worldmodels_generations_total [1-9]'"

step "promtool check metrics"
curl -fsS "$metrics" >"$scratch/metrics"
said=$(promtool check metrics <"$scratch/metrics" 2>&1) || fail "promtool: $said"
[ -z "$said" ] || fail "promtool: $said"

step "the board asks for figures that there are"
python3 - "$scratch/metrics" <<'PYTHON'
import json, re, sys
there = set(re.findall(r"^# TYPE (\S+)", open(sys.argv[1]).read(), re.M))
board = json.load(open("cluster/grafana/board.json"))
rules = open("cluster/prometheus/alerts.yml").read()
asked = " ".join(t["expr"] for p in board["panels"] for t in p["targets"]) + rules
names = {re.sub("_(bucket|sum|count)$", "", n) if re.sub("_(bucket|sum|count)$", "", n) in there else n
         for n in re.findall(r"worldmodels_[a-z_]+", asked)}
# Before the first evaluation there is no figure of one.
missing = names - there - {"worldmodels_evaluation_return", "worldmodels_evaluation_best_return"}
sys.exit(f"error: no such figures: {missing}" if missing else 0)
PYTHON
python3 - >"$scratch/board.yml" <<'PYTHON'
import json
board = json.load(open("cluster/grafana/board.json"))
queries = [t["expr"].replace("$instance", "i") for p in board["panels"] for t in p["targets"]]
print(json.dumps({"groups": [{"name": "board", "rules": [
    {"record": f"q{i}", "expr": q} for i, q in enumerate(queries)]}]}))
PYTHON
promtool check rules "$scratch/board.yml" >/dev/null

step "a real Prometheus"
address=${metrics#http://}
sed "s/127.0.0.1:9484/${address%%/*}/; s/: 5s/: 1s/" cluster/prometheus/prometheus.yml >"$scratch/prometheus.yml"
cp cluster/prometheus/alerts.yml "$scratch/"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
prometheus --config.file "$scratch/prometheus.yml" --storage.tsdb.path "$scratch/tsdb" \
    --web.listen-address "127.0.0.1:$port" >"$scratch/prometheus.log" 2>&1 &
# has QUERY PATTERN
has() {
    curl -fsS --get --data-urlencode "query=$1" "http://127.0.0.1:$port/api/v1/query" | grep -qE "$2"
}
await "the scrape" 60 has 'up{job="worldmodels"}' '"1"\]'
await "steps" 120 has 'rate(worldmodels_steps_total[30s]) > 0' '"value"'
await "hosts" 30 has 'worldmodels_host_steps_total' "\"host\":\"$(hostname)\""
await "workers wanted" 30 has 'worldmodels_workers_wanted >= 1' '"value"'
step "all is well: $(prometheus --version 2>&1 | head -1 | cut -d ' ' -f 1-3)"
