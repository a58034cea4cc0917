#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Four hosts in network namespaces: a coordinator, two worker hosts with CURVE keys, and an intruder.
# One run is driven in peace; the same seed again with the intruder knocking, both links cut for a
# minute, then with packets lost, and one host's clock a day ahead. Both must be equal, bit for bit.
#
#   sudo cluster/chaos/namespaces.sh MODELS [OUTPUT]      (default: a new directory under /tmp)
#
# MODELS is a directory with vae.safetensors and mdrnn.safetensors. No packet leaves the namespaces,
# which go away at the end. Environment variables, shown with their defaults, change the size.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

{ [ "$#" -ge 1 ] && [ "$#" -le 2 ]; } || fail "usage: cluster/chaos/namespaces.sh MODELS [OUTPUT]"
models=$(realpath "$1")
output=$(realpath -m "${2:-$(mktemp -d /tmp/worldmodels-namespaces-XXXXXX)}")
generations=${GENERATIONS:-10}
population=${POPULATION:-16}
samples=${SAMPLES:-2}
steps=${STEPS:-400}
cut_seconds=${CUT_SECONDS:-60}
loss_percent=${LOSS_PERCENT:-5}

[ "$(id -u)" -eq 0 ] || fail "namespaces need root: sudo $0 $*"
need ip iproute2
need nft nftables
need sqlite3 sqlite3
find_program
[ ! -e "$output/calm" ] || fail "$output/calm exists already: name another directory"
mkdir -p "$output"

# MARK: Hosts and links

hub=wm$$-hub
hosts=(one two intruder)
host() { printf 'wm%s-%s' "$$" "$1"; }
# The coordinator's address as a host sees it: each link is a network of its own.
address() { printf 'tcp://10.77.%s.1:5555' "$1"; }

clean_up() {
    local name
    for name in "$hub" "$(host one)" "$(host two)" "$(host intruder)"; do
        # shellcheck disable=SC2046  # one word a process
        kill -9 $(ip netns pids "$name" 2>/dev/null) 2>/dev/null || true
        ip netns del "$name" 2>/dev/null || true
    done
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ip netns add "$hub"
ip -n "$hub" link set lo up
for index in 0 1 2; do
    name=$(host "${hosts[$index]}")
    ip netns add "$name"
    ip -n "$name" link set lo up
    ip -n "$hub" link add "link$index" type veth peer name uplink netns "$name"
    ip -n "$hub" addr add "10.77.$index.1/24" dev "link$index"
    ip -n "$name" addr add "10.77.$index.2/24" dev uplink
    ip -n "$hub" link set "link$index" up
    ip -n "$name" link set uplink up
done

# lose PERCENT: both workers' links lose so much, both ways. Dropping without a word is what a cut
# cable does; an interface that is down would tell.
lose() {
    if ip netns exec "$hub" tc qdisc replace dev link0 root netem 2>/dev/null; then
        for index in 0 1; do
            ip netns exec "$hub" tc qdisc replace dev "link$index" root netem loss "$1%" delay 5ms
            ip netns exec "$(host "${hosts[$index]}")" \
                tc qdisc replace dev uplink root netem loss "$1%" delay 5ms
        done
        return
    fi
    # A kernel without netem: the firewall throws the dice.
    local rule="numgen random mod 100 < $1 drop"
    [ "$1" -lt 100 ] || rule=drop
    ip netns exec "$hub" nft -f - <<RULES
table inet loss
delete table inet loss
table inet loss {
    chain in {
        type filter hook input priority 0
        iifname { link0, link1 } $rule
    }
    chain out {
        type filter hook output priority 0
        oifname { link0, link1 } $rule
    }
}
RULES
}

# MARK: Keys

cd "$output"
for name in coordinator worker stranger; do
    "$worldmodels" keys create "$name" >/dev/null
done
cat worker.public >allowed

# MARK: Processes

start_coordinator() { # DIRECTORY
    ip netns exec "$hub" "$worldmodels" coordinator --logdir "$1" --bind 'tcp://*:5555' \
        --key coordinator.key --allow allowed --seed 7 --variant separable \
        --pop-size "$population" --n-samples "$samples" --max-steps "$steps" \
        --generations "$generations" --evaluate-every 5 --evaluation-episodes 8 \
        >>"$1/coordinator.log" 2>&1 &
    coordinator=$!
}
# on NAME ARGUMENTS: the program on a host of that name.
on() {
    local name=$1
    shift
    local clock=()
    # Clocks apart: nothing may compare one host's time with another's.
    [ "$name" != two ] || clock=(--time --monotonic 86400 --boottime 86400)
    # shellcheck disable=SC2016  # expanded by the inner shell
    ip netns exec "$(host "$name")" unshare --uts "${clock[@]}" --kill-child \
        sh -c 'hostname "$1"; shift; exec "$@"' sh "$name" "$worldmodels" "$@"
}
start_workers() { # LOG
    local index
    for index in 0 1; do
        on "${hosts[$index]}" worker --connect "$(address "$index")" --key worker.key \
            --server-key coordinator.public 2>>"$1-${hosts[$index]}.log" &
    done
}
stop_workers() {
    # shellcheck disable=SC2046  # one word a process
    kill -TERM $(ip netns pids "$(host one)") $(ip netns pids "$(host two)") 2>/dev/null || true
}
# occurrences TEXT FILE
occurrences() { grep -c -- "$1" "$2" || true; }

say "in peace: $generations generations of $population x $samples rollouts of at most $steps steps"
new_run calm
start_workers calm
began=$SECONDS
start_coordinator calm
wait "$coordinator"
calm_seconds=$((SECONDS - began))
say "took $calm_seconds s"
stop_workers

say "the intruder knocks: without a key, with a key that is not listed, deceived, and with noise"
new_run disturbed
start_workers disturbed
began=$SECONDS
start_coordinator disturbed
on intruder worker --connect "$(address 2)" --insecure 2>intruder-plain.log &
on intruder worker --connect "$(address 2)" --key stranger.key --server-key coordinator.public \
    2>intruder-stranger.log &
on intruder worker --connect "$(address 2)" --key worker.key --server-key stranger.public \
    2>intruder-deceived.log &
ip netns exec "$(host intruder)" bash -c '
    while true; do
        head -c 100000 /dev/urandom >/dev/tcp/10.77.2.1/5555 || true
        sleep 0.5
    done' 2>/dev/null &
disown $!
for attempt in "--insecure" "--key stranger.key --server-key coordinator.public" \
    "--key worker.key --server-key stranger.public"; do
    # shellcheck disable=SC2086  # several words
    if on intruder status --connect "$(address 2)" --timeout 4 $attempt >intruder-status.log 2>&1
    then fail "status $attempt was answered: see $output/intruder-status.log"; fi
done
on one status --connect "$(address 0)" --key worker.key --server-key coordinator.public
kill -0 "$coordinator" 2>/dev/null || fail "the run was over too soon: raise GENERATIONS or STEPS"

say "both links are cut for $cut_seconds s"
lose 100
sleep "$cut_seconds"
joined=$(occurrences ' joined with ' disturbed/coordinator.log)
kill -0 "$coordinator" 2>/dev/null || fail "the run was over too soon: raise GENERATIONS or STEPS"
lose 0
healed=$SECONDS
while [ "$(occurrences ' joined with ' disturbed/coordinator.log)" -lt $((joined + 2)) ]; do
    [ $((SECONDS - healed)) -lt 60 ] || fail "the workers did not return within 60 s"
    sleep 0.2
done
say "both workers were back $((SECONDS - healed)) s after the links"

say "$loss_percent % of the packets are lost, each way"
lose "$loss_percent"
wait "$coordinator"
lose 0
say "took $((SECONDS - began)) s, $cut_seconds s of them cut off"
stop_workers

# MARK: The verdict

query disturbed 'SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind' |
    tr '|\n' ': ' && echo
for log in intruder-plain intruder-stranger intruder-deceived; do
    [ "$(occurrences 'connected to' "$log.log")" -eq 0 ] || fail "$log was let in"
done
strangers=$(query disturbed "SELECT count(*) FROM workers
    WHERE name NOT LIKE 'one/%' AND name NOT LIKE 'two/%'")
[ "$strangers" -eq 0 ] || fail "$strangers workers of other hosts had rollouts"
count_rollouts calm || fail "rollouts of the undisturbed run are lost or counted twice"
count_rollouts disturbed || fail "rollouts were lost or counted twice"
same_runs calm disturbed "$generations" || fail "the runs differ: see $output"
say "equal, bit for bit; the intruder got nothing"
