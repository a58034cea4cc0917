#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Workers on hosts that are reached by ssh, one a host, each of as many cores as wanted.
#
#   cluster/ssh/workers.sh up HOSTS [--copy] --connect tcp://HOST:PORT --key FILE --server-key FILE [...]
#   cluster/ssh/workers.sh scale HOSTS N      N cores in all, the first hosts' first
#   cluster/ssh/workers.sh status HOSTS
#   cluster/ssh/workers.sh down HOSTS
#
# HOSTS has a host a line, as ssh knows it, and its cores (all that it has, where there is no number):
#
#   mars 16
#   user@venus 8
#
# What follows `up HOSTS` are options of `worldmodels worker`. With --copy the program and both keys are
# copied to the hosts; without, the program is on their PATH and FILEs are theirs, as with a shared home.
# `up` again starts those that are not there, and restarts those whose cores or options have changed.
#
# On a host everything is in ~/.worldmodels/HOST: the program, the keys, worker.log with times, and
# worker.pid, by which `down` ends that process and no other. It hands back its episodes first.
#
# Environment variables: WORLDMODELS (the program to copy, else the release build), SSH (ssh, with
# options of your own; it must not ask for a password).

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
usage() { fail "usage: cluster/ssh/workers.sh up|scale|status|down HOSTS [...]; its head says more"; }

[ "$#" -ge 2 ] || usage
command=$1 list=$2
shift 2
[ -r "$list" ] || fail "$list: cannot be read; it has a host and its cores a line"
read -ra ssh <<<"${SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}"

hosts=() cores=()
number=0
while read -r host count rest || [ -n "$host" ]; do
    number=$((number + 1))
    [[ -z $host || $host == '#'* ]] && continue
    [[ (-z $rest || $rest == '#'*) && ${count:-all} =~ ^([1-9][0-9]*|all)$ ]] ||
        fail "$list:$number: not a host and a number of cores"
    [[ $host =~ ^[A-Za-z0-9_.:@%-]+$ && $host != -* ]] || fail "$list:$number: no host: $host"
    hosts+=("$host") cores+=("${count:-all}")
done <"$list"
[ "${#hosts[@]}" -gt 0 ] || fail "$list: has no host"

answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

# on HOST VERB ARGUMENT ...: runs on_host.sh there. ssh joins its arguments, so they are quoted.
on() {
    local host=$1
    shift
    "${ssh[@]}" "$host" "bash -s -- $(printf '%q ' "${host//[^A-Za-z0-9_.-]/_}" "$@")" <"$here/on_host.sh"
}
# everywhere FUNCTION: runs it with each host's index, all at once, and fails if one failed.
everywhere() {
    local index failed=()
    local -A jobs=()
    for index in "${!hosts[@]}"; do
        "$1" "$index" >"$answers/$index" 2>&1 </dev/null &
        jobs[$index]=$!
    done
    for index in "${!hosts[@]}"; do
        wait "${jobs[$index]}" || failed+=("${hosts[$index]}")
        sed "s/^/${hosts[$index]//\//_}: /" "$answers/$index"
    done
    [ "${#failed[@]}" -eq 0 ] || fail "failed on ${failed[*]}"
}

# copy INDEX: what is not there yet, the keys readable by their owner alone.
copy() {
    local host=${hosts[$1]} sum
    sum=$(sha256sum "$program" | cut -d ' ' -f 1)
    if [ "$(on "$host" sum)" != "$sum" ]; then
        gzip -1 <"$program" | "${ssh[@]}" "$host" "$(receive "$host" 'gzip -d' 755 worldmodels)"
    fi
    "${ssh[@]}" "$host" "$(receive "$host" cat 600 worker.key)" <"$key"
    "${ssh[@]}" "$host" "$(receive "$host" cat 644 coordinator.public)" <"$server_key"
}
# receive HOST FILTER MODE NAME: the command that takes a file there, whole or not at all.
receive() {
    local path="\$HOME/.worldmodels/${1//[^A-Za-z0-9_.-]/_}"
    echo "set -e; umask 077; mkdir -p $path; $2 >$path/$4.new; chmod $3 $path/$4.new; mv $path/$4.new $path/$4"
}
start() {
    if [ -n "$copies" ]; then copy "$1"; fi
    on "${hosts[$1]}" start "${cores[$1]}" "${options[@]}"
}
rescale() {
    if [ "${cores[$1]}" -eq 0 ]; then
        on "${hosts[$1]}" stop
    else
        on "${hosts[$1]}" again "${cores[$1]}"
    fi
}
tell() { on "${hosts[$1]}" status; }
stop() { on "${hosts[$1]}" stop; }

case $command in
    up)
        copies='' options=() key='' server_key=''
        while [ "$#" -gt 0 ]; do
            case $1 in
                --copy) copies=yes ;;
                --key) key=${2:?--key needs a file} && shift ;;
                --key=*) key=${1#*=} ;;
                --server-key) server_key=${2:?--server-key needs a file} && shift ;;
                --server-key=*) server_key=${1#*=} ;;
                --cores | --cores=*) fail "the cores are in $list" ;;
                *) options+=("$1") ;;
            esac
            shift
        done
        [ -n "${options[*]}" ] || fail "up needs the coordinator: --connect tcp://HOST:PORT"
        if [ -n "$copies" ]; then
            program=${WORLDMODELS:-$here/../../.build/release/worldmodels}
            [ -x "$program" ] || fail "$program is missing: see cluster/package, or give WORLDMODELS"
            { [ -r "$key" ] && [ -r "$server_key" ]; } ||
                fail "--copy needs --key and --server-key with files that can be read here"
            options+=(--key worker.key --server-key coordinator.public)
        elif [ -n "$key$server_key" ]; then
            options+=(--key "$key" --server-key "$server_key")
        fi
        everywhere start
        ;;
    scale)
        { [ "$#" -eq 1 ] && [[ $1 =~ ^[0-9]+$ ]]; } || usage
        left=$1
        for index in "${!hosts[@]}"; do
            [ "${cores[$index]}" != all ] || fail "$list: ${hosts[$index]} has no number of cores"
            [ "${cores[$index]}" -le "$left" ] || cores[index]=$left
            left=$((left - cores[index]))
        done
        [ "$left" -eq 0 ] || fail "the hosts of $list have $left cores fewer than $1"
        everywhere rescale
        ;;
    status) everywhere tell ;;
    down) everywhere stop ;;
    *) usage ;;
esac
