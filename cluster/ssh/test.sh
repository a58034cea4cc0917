#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# workers.sh with two sshd's of this machine, at 127.0.0.2 and 127.0.0.3, whose users have one home: up,
# more and fewer, a worker that is killed, down; nothing else is ended. The run ends with the digests of an
# undisturbed one.
#
#   cluster/ssh/test.sh [SCRATCH]       about 2 minutes; a new directory under /tmp where none is named
#
# It needs sshd and sqlite3 and installs nothing. WORLDMODELS names the program.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../chaos/common.sh"

[ "$#" -le 1 ] || fail "usage: cluster/ssh/test.sh [SCRATCH]"
PATH=$PATH:/usr/sbin:/sbin
need sshd openssh-server
need ssh openssh-client
need sqlite3 sqlite3
find_program
export WORLDMODELS=$worldmodels
new_scratch ssh "${1:-}"
port=${PORT:-6022}

# What this script starts; each is ended by its number.
started=()
end() {
    local status=$? pid
    trap - EXIT
    [ ! -e "$scratch/config" ] || "$here/workers.sh" down "$scratch/hosts" >/dev/null 2>&1 || true
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait || true
    drop_scratch "$status" ssh
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# host NAME ADDRESS: an sshd; root's has a host name of its own.
host() {
    local unshare=()
    cat >"$scratch/$1.conf" <<EOF
ListenAddress $2
Port $port
HostKey $scratch/host
AuthorizedKeysFile $scratch/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
SetEnv HOME=$scratch/home
EOF
    printf 'Host %s\n    HostName %s\n' "$1" "$2" >>"$scratch/config"
    # shellcheck disable=SC2016
    [ "$(id -u)" -ne 0 ] || unshare=(unshare --uts sh -c 'hostname "$0" && exec "$@"' "$1")
    "${unshare[@]}" "$(command -v sshd)" -D -f "$scratch/$1.conf" -E "$scratch/$1.log" &
    started+=($!)
}
workers() { "$here/workers.sh" "$1" "$scratch/hosts" "${@:2}"; }

mkdir "$scratch/home"
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd # Debian's sshd insists on it.
ssh-keygen -q -t ed25519 -N '' -f "$scratch/host"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/user"
cat >"$scratch/config" <<EOF
Port $port
IdentityFile $scratch/user
IdentitiesOnly yes
BatchMode yes
UserKnownHostsFile $scratch/known
StrictHostKeyChecking accept-new
LogLevel ERROR
EOF
host mars 127.0.0.2
host venus 127.0.0.3
printf '# HOST CORES\nmars 2\nvenus 1   # slow\n' >"$scratch/hosts"
export SSH="ssh -F $scratch/config"
eventually 30 "two hosts can be reached" \
    sh -c "$SSH mars true 2>/dev/null && $SSH venus true 2>/dev/null"

for name in coordinator worker; do "$worldmodels" keys create "$scratch/$name" >/dev/null; done
cp "$scratch/worker.public" "$scratch/allowed"
run=$scratch/run
mkdir "$run"
coordinate() { # RUN GENERATIONS
    "$worldmodels" coordinator --logdir "$1" --bind "tcp://127.0.0.1:$((port + 1))" "${small_run[@]}" \
        --generations "$2" --key "$scratch/coordinator.key" --allow "$scratch/allowed" \
        >>"$1/coordinator.log" 2>&1 &
    coordinator=$!
    started+=("$coordinator")
}
client=(--connect "tcp://127.0.0.1:$((port + 1))" --key "$scratch/worker.key"
    --server-key "$scratch/coordinator.public")
# has_workers COUNT: whether so many have driven rollouts.
has_workers() {
    [ "$(query "$run" 'SELECT count(*) FROM workers WHERE rollouts > 0' 2>/dev/null || echo 0)" -ge "$1" ]
}
is_gone() { ! kill -0 "$1" 2>/dev/null; }
pid_on() { cut -d ' ' -f 1 "$scratch/home/.worldmodels/$1/worker.pid"; }

coordinate "$run" 100000
"$worldmodels" worker "${client[@]}" 2>"$scratch/bystander.log" &
bystander=$!
started+=("$bystander")
workers up --copy "${client[@]}"
eventually 180 "three workers work, two of them by ssh" has_workers 3
workers up --copy "${client[@]}" | tee "$scratch/again"
[ "$(grep -c 'is there already' "$scratch/again")" -eq 2 ] || fail "up has started workers twice"
workers status

say "one core in all"
venus=$(pid_on venus) before=$(pid_on mars)
workers scale 1
is_gone "$venus" || fail "the worker of venus has not ended"
grep -q "ended with status 0" "$scratch/home/.worldmodels/venus/worker.log" ||
    fail "the worker of venus did not end well: see $scratch/home/.worldmodels/venus/worker.log"
grep -qE '^[0-9]{4}(-[0-9]{2}){2} [0-9:]{8}  .* worker: ' "$scratch/home/.worldmodels/mars/worker.log" ||
    fail "the log of mars has no times"

say "mars's worker is killed, and started again"
killed=$(pid_on mars)
kill -9 "$killed"
eventually 60 "its log tells of it" grep -q "process $killed ended with status 137" \
    "$scratch/home/.worldmodels/mars/worker.log"
# On a busy host the end of the one before may be told later than this one's.
grep "process $before ended with status 0" "$scratch/home/.worldmodels/mars/worker.log" >"$scratch/late"
cat "$scratch/late" >>"$scratch/home/.worldmodels/mars/worker.log"
eventually 60 "status tells of it" sh -c "'$here/workers.sh' status '$scratch/hosts' | grep 'mars: no worker.*137'"
workers scale 3

# A number that belongs to another process by now.
mkdir -p "$scratch/home/.worldmodels/pluto"
sed "s/^[0-9]*/$bystander/" "$scratch/home/.worldmodels/mars/worker.pid" \
    >"$scratch/home/.worldmodels/pluto/worker.pid"
printf 'Host pluto\n    HostName 127.0.0.2\n' >>"$scratch/config"
echo pluto >"$scratch/others"
"$here/workers.sh" down "$scratch/others"

say "the coordinator is stopped, and continued to the run's end"
kill "$coordinator"
wait "$coordinator" || true
last=$(($(generations_of "$run") + 3))
coordinate "$run" "$last"
wait "$coordinator" || fail "the coordinator failed: see $run/coordinator.log"
mars=$(pid_on mars)
workers down
is_gone "$mars" || fail "the worker of mars has not ended"
! is_gone "$bystander" || fail "a worker that workers.sh had not started has ended"
count_rollouts "$run" || fail "rollouts were lost or counted twice: see $run"

say "the same seed undisturbed, $last generations"
mkdir "$scratch/calm"
coordinate "$scratch/calm" "$last"
wait "$coordinator" || fail "the coordinator failed: see $scratch/calm/coordinator.log"
same_runs "$scratch/calm" "$run" "$last" || fail "the runs differ: see $scratch"
say "equal, bit for bit, in $SECONDS s"
