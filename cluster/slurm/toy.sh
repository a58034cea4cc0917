# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by test.sh: a Slurm of two nodes on this machine, in the directory $scratch, on loopback, as
# the user that runs it; without systemd, cgroups and accounting.

plugins() { dirname "$(find /usr/lib* -name auth_munge.so -print -quit 2>/dev/null)"; }

# start_slurm CPUS: the daemons, with as many processors a node.
start_slurm() {
    : "${scratch:?}"
    local state=$scratch/slurm host user node
    host=$(hostname -s) user=$(id -un)
    mkdir -p "$state"/{munge,state,log,spool.node1,spool.node2}
    chmod 700 "$state/munge"
    (umask 077 && head -c 128 /dev/urandom >"$state/munge/key")
    export SLURM_CONF=$state/slurm.conf
    cat >"$SLURM_CONF" <<EOF
ClusterName=toy
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${PORT:-17117}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# A job that is put back into the queue waits as long as credentials count.
AuthInfo=socket=$state/munge/socket,cred_expire=10
CredType=cred/munge
StateSaveLocation=$state/state
SlurmdSpoolDir=$state/spool.%n
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.%n.pid
SlurmctldLogFile=$state/log/slurmctld.log
SlurmdLogFile=$state/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$state/log/jobs.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=1
ReturnToService=2
# A node that says nothing for so long is down, and its jobs begin anew elsewhere.
SlurmdTimeout=15
KillWait=30
MpiDefault=none
PluginDir=$(plugins)
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((${PORT:-17117} + 1)) CPUs=$1 RealMemory=4000
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((${PORT:-17117} + 2)) CPUs=$1 RealMemory=4000
PartitionName=toy Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO LLN=YES
EOF
    munged --force --key-file="$state/munge/key" --socket="$state/munge/socket" \
        --pid-file="$state/munge/pid" --log-file="$state/munge/log" --seed-file="$state/munge/seed"
    eventually 30 "munged listens" test -S "$state/munge/socket"
    slurmctld -f "$SLURM_CONF"
    for node in node1 node2; do start_node "$node"; done
    eventually 60 "two nodes are idle" is_sinfo 2 idle
}
start_node() { slurmd -f "$SLURM_CONF" -N "$1"; }
# is_sinfo COUNT STATE: whether so many nodes are in this state.
is_sinfo() { [ "$(sinfo --noheader --Node --format=%t | grep -c "^$2")" -eq "$1" ]; }

pid_of() { cat "$scratch/slurm/$1" 2>/dev/null || true; }
# processes NODE: those of its jobs, and the daemons that watch over them and outlive the node's own.
processes() {
    local directory parent
    for directory in /proc/[0-9]*; do
        has_variable "$directory" "SLURM_CONF=$SLURM_CONF" || continue
        has_variable "$directory" "SLURMD_NODENAME=$1" || continue
        echo "${directory#/proc/}"
        parent=$(awk '/^PPid:/ {print $2}' "$directory/status" 2>/dev/null || true)
        [ "$(cat "/proc/$parent/comm" 2>/dev/null)" != slurmstepd ] || echo "$parent"
    done
}
# Processes that end meanwhile cannot be read.
has_variable() { { tr '\0' '\n' <"$1/environ" | grep -qx "$2"; } 2>/dev/null; }
# fail_node NODE: as if it had lost its power.
fail_node() {
    local pids
    pids="$(pid_of "slurmd.$1.pid") $(processes "$1")"
    # shellcheck disable=SC2086
    kill -9 $pids 2>/dev/null || true
}

stop_slurm() {
    [ -e "$scratch/slurm/slurmctld.pid" ] || return 0
    local name deadline=$((SECONDS + 40)) pid
    scancel --user="$(id -un)" 2>/dev/null || true
    while [ -n "$(squeue --noheader 2>/dev/null)" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.5; done
    for name in slurmd.node1.pid slurmd.node2.pid slurmctld.pid munge/pid; do
        pid=$(pid_of "$name")
        { [ -n "$pid" ] && kill "$pid" 2>/dev/null; } || continue
        # It writes its state meanwhile.
        while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt $((deadline + 20)) ]; do sleep 0.2; done
    done
}
