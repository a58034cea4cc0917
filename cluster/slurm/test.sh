#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# The files of this directory on a real Slurm of two nodes, which it starts on this machine, on loopback:
# wall time, a node's failure, more and fewer workers, an end and a beginning. The run ends with the
# digests of an undisturbed one, which one allocation drives.
#
#   cluster/slurm/test.sh [SCRATCH]       about 5 minutes; a new directory under /tmp where none is named
#
# It needs slurmctld, slurmd, munged and sqlite3 and installs nothing. WORLDMODELS names the program.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../chaos/common.sh"
. "$here/toy.sh"

[ "$#" -le 1 ] || fail "usage: cluster/slurm/test.sh [SCRATCH]"
missing=()
for pair in slurmctld:slurmctld slurmd:slurmd sbatch:slurm-client munged:munge sqlite3:sqlite3; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ "${#missing[@]}" -eq 0 ] || fail "what is missing: apt-get install ${missing[*]}"
PATH=$PATH:/usr/sbin:/sbin
find_program
export WORLDMODELS=$worldmodels
new_scratch slurm "${1:-}"

end() {
    local status=$?
    trap - EXIT
    stop_slurm
    drop_scratch "$status" slurm
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

run=$scratch/disturbed
# Loopback alone: this is a test.
export BIND='tcp://127.0.0.1:*' IDLE=2m
# The wall time is counted in minutes: signals come between half a minute and a minute.
export COORDINATOR_OPTIONS="--time=3" WORKER_OPTIONS="--time=2 --cpus-per-task=1"

coordinator() { cat "$run/slurm/coordinator.job"; }
workers() { cat "$run/slurm/workers.job"; }
# is_running JOB COUNT: whether so many of its tasks run.
is_running() {
    [ "$(squeue --noheader --array --states=RUNNING --jobs="$1" 2>/dev/null | wc -l)" -eq "$2" ]
}
is_gone() { [ -z "$(squeue --noheader --jobs="$1" 2>/dev/null)" ]; }
# ends NAME STATE: how many jobs of a name have ended so.
ends() { grep -cE " Name=$1 JobState=$2 " "$scratch/slurm/log/jobs.log" 2>/dev/null || true; }
has_ends() { [ "$(ends "$2" "$3")" -ge "$1" ]; }
goes_on() { has_generations "$run" $((passed + 1)); }
# has_starts COUNT LOG: whether a job's log tells of so many starts.
has_starts() { [ "$(grep -cE '  job [0-9]+(, task [0-9]+)? on ' "$2" 2>/dev/null || true)" -ge "$1" ]; }

say "a Slurm of two nodes, and a run with two workers at a time"
start_slurm 4
"$here/run.sh" up "$run" 2 "${small_run[@]}" --generations 100000
eventually 60 "two workers run" is_running "$(workers)" 2
eventually 180 "a generation passes" has_generations "$run" 1
log=$run/slurm/coordinator-$(coordinator).log
address=$(<"$run/coordinator.address")

say "workers with a wrong option"
wrong=$(sbatch --parsable --array=1-50%1 --time=2 --cpus-per-task=1 --output="$scratch/wrong-%a.log" \
    "$here/workers.sbatch" "$run" --environments 0)
eventually 60 "the first has ended, and those that waited are cancelled" is_gone "$wrong"
mistakes=$(ends worldmodels-workers FAILED)
[ "$mistakes" -le 2 ] || fail "$mistakes of them tried: see $scratch"

# Not the coordinator's.
lost=node2
[ "$(squeue --noheader --jobs="$(coordinator)" --format=%N)" = node1 ] || lost=node1
has_task() {
    task=$(squeue --noheader --jobs="$(workers)" --nodelist="$lost" --states=RUNNING --format=%i | head -n 1)
    [ -n "$task" ]
}
eventually 120 "a worker runs on $lost" has_task
say "$lost fails, with task $task"
fail_node "$lost"
eventually 60 "Slurm has noticed, and put the task back into the queue" \
    has_ends 1 worldmodels-workers NODE_FAIL
eventually 60 "two workers run again" is_running "$(workers)" 2

eventually 120 "the coordinator's wall time was near: it is back in the queue" \
    grep -q "the wall time is near: back into the queue" "$log"
passed=$(generations_of "$run")
eventually 90 "it has begun again" has_starts 2 "$log"
eventually 240 "its workers have found it, and a generation passes" goes_on
[ "$(<"$run/coordinator.address")" != "$address" ] || fail "$run/coordinator.address is the old one"
eventually 120 "a worker's wall time was near: it has ended, and is no failure" \
    has_ends 1 worldmodels-workers COMPLETED
[ "$(ends '[^ ]*' '(TIMEOUT|FAILED|OUT_OF_MEMORY)')" -eq "$mistakes" ] ||
    fail "jobs ended at their wall time or failed: see $scratch/slurm/log/jobs.log"

start_node "$lost"
"$here/run.sh" scale "$run" 3
eventually 60 "three workers run" is_running "$(workers)" 3
"$here/run.sh" scale "$run" 1
# The one that is left may just be ending by its wall time, and the next one beginning.
eventually 60 "one worker runs" is_running "$(workers)" 1
[ "$(ends worldmodels-workers FAILED)" -eq "$mistakes" ] || fail "a worker that was told to end has failed"

say "both are taken down, and the run is continued to its end"
"$here/run.sh" down "$run"
eventually 60 "nothing is in the queue" is_gone "$(coordinator),$(workers)"
last=$(($(generations_of "$run") + 3))
# Their wall time is far, and so is an idle worker's end: nothing but the run's end ends them in a minute.
export WORKER_OPTIONS="--time=30 --cpus-per-task=1"
"$here/run.sh" up "$run" 2 "${small_run[@]}" --generations "$last"
eventually 300 "the run's end has ended the coordinator" is_gone "$(coordinator)"
eventually 60 "and the array" is_gone "$(workers)"
grep -q "the run is finished" "$run/slurm/coordinator-$(coordinator).log" ||
    fail "the coordinator does not say that the run is finished: see $run/slurm"
count_rollouts "$run" || fail "rollouts were lost or counted twice: see $run"

say "the same seed undisturbed, $last generations in one allocation"
calm=$scratch/calm
mkdir -p "$calm"
"$here/run.sh" keys "$calm"
job=$(sbatch --parsable --cpus-per-task=2 --time=10 --output="$calm/job.log" \
    "$here/allocation.sbatch" "$calm" "${small_run[@]}" --generations "$last")
eventually 600 "the allocation has ended" is_gone "$job"
[ "$(ends worldmodels COMPLETED)" -eq 1 ] || fail "it failed: see $calm/job.log"
hosts=$(query "$calm" 'SELECT count(*) FROM workers WHERE rollouts > 0')
[ "$hosts" -ge 2 ] || fail "only $hosts of its workers worked: see $calm/job.log"
same_runs "$calm" "$run" "$last" || fail "the runs differ: see $scratch"
say "equal, bit for bit, in $SECONDS s"
