# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# What workers.sh has a host do: bash -s -- HOST start CORES OPTION ... | again CORES | status | stop | sum
#
# HOST is the host's name in the list: hosts may share a home directory, and so have one folder each.

set -euo pipefail
umask 077
mkdir -p "$HOME/.worldmodels/$1"
cd "$HOME/.worldmodels/$1"
verb=$2
shift 2

# started PID: when a process began, and in which life of the machine; a number may be given again.
started() {
    local line
    line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra line <<<"${line##*) }"
    echo "${line[19]} $(cat /proc/sys/kernel/random/boot_id)"
}
# is_running: whether the process that worker.pid names is the one that was started here.
is_running() {
    local since
    [ -r worker.pid ] && read -r pid since <worker.pid && [ "$(started "$pid")" = "$since" ]
}
stamp() {
    local line
    while IFS= read -r line; do printf '%(%F %T)T  %s\n' -1 "$line"; done
}
# is_within SECONDS COMMAND ...: waits for a command to succeed.
is_within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

stop() {
    is_running || return 0
    # Episodes get 30 seconds to finish; a second signal ends at once.
    kill -TERM "$pid"
    if ! is_within 40 has_ended; then
        echo "process $pid takes long to end: told once more"
        kill -TERM "$pid"
        is_within 5 has_ended || kill -KILL "$pid"
    fi
    # What is said of it comes before what the next one says, unless nobody is left to say it.
    is_within 5 has_told || true
}
has_ended() { ! is_running; }
# ending: what the log says of the end of worker.pid's process. Who says so may be late, on a busy host
# later than the first lines of the next one.
ending() { grep -F " process $pid ended with status " worker.log | tail -n 1; }
has_told() { [ -n "$(ending)" ]; }

# start CORES OPTION ...
start() {
    local cores=$1 program=worldmodels said
    shift
    [ ! -x worldmodels ] || program=./worldmodels
    said=$("$program" --version 2>&1) || {
        printf '%s\n' "$said" "error: $program does not run here"
        exit 1
    }
    [ "$cores" = all ] || set -- --cores "$cores" "$@"
    local log
    log=$(stat -c %s worker.log 2>/dev/null || echo 0)
    # A shell of its own waits for the worker, so that its end is in the log, too. The end of this
    # connection ends neither.
    (
        trap '' HUP
        exec 3> >(stamp >>worker.log)
        "$program" worker "$@" >&3 2>&3 3>&- &
        exec 3>&-
        worker=$!
        echo "$worker $(started "$worker")" >worker.pid.new && mv worker.pid.new worker.pid
        wait "$worker" && status=0 || status=$?
        echo "process $worker ended with status $status" | stamp >>worker.log
    ) </dev/null >/dev/null 2>&1 &
    is_within 10 has_said "$log" || true
    is_within 1 is_running || {
        tail -c "+$((log + 1))" worker.log
        echo "error: the worker ended at once"
        exit 1
    }
    echo "process $pid, $cores cores"
}
has_said() { [ "$(stat -c %s worker.log 2>/dev/null || echo 0)" -gt "$1" ]; }

# begin CORES OPTION ...: a worker of these, if there is none.
begin() {
    if is_running && [ "$(cat worker.options)" = "$(printf '%s\n' "$@")" ]; then
        echo "process $pid, $1 cores, is there already"
        return
    fi
    stop
    printf '%s\n' "$@" >worker.options
    start "$@"
}

case $verb in
    start) begin "$@" ;;
    again)
        [ -r worker.options ] || { echo "error: nothing was started here: begin with up" && exit 1; }
        mapfile -t options <worker.options
        begin "$1" "${options[@]:1}"
        ;;
    status)
        if is_running; then
            echo "process $pid, $(head -n 1 worker.options) cores: $(tail -n 1 worker.log 2>/dev/null)"
        elif [ -r worker.pid ] && has_told; then
            echo "no worker: $(ending)"
        elif [ -r worker.log ]; then
            echo "no worker: $(tail -n 1 worker.log)"
        else
            echo "no worker"
        fi
        ;;
    stop)
        if is_running; then
            stop
            echo "process $pid has ended"
        else
            echo "no worker"
        fi
        ;;
    sum) [ ! -e worldmodels ] || sha256sum worldmodels | cut -d ' ' -f 1 ;;
esac
