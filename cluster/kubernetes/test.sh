#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# The files of this directory: every overlay is rendered and fits a current Kubernetes' schemas; then
# podman plays the pods of the overlay `job` until a small run is finished, which has the digests of one
# without containers.
#
#   cluster/kubernetes/test.sh [SCRATCH]       about 2 minutes; a new directory under /tmp by default
#
# It needs root (for a secret's owner), kubectl or kustomize, podman with netavark and aardvark-dns, and
# `pip install kubernetes-validate`, and installs nothing. Environment variables: IMAGE (worldmodels; an
# image of docker/Dockerfile that podman has), WORLDMODELS (the program).

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../chaos/common.sh"

[ "$#" -le 1 ] || fail "usage: cluster/kubernetes/test.sh [SCRATCH]"
image=${IMAGE:-localhost/worldmodels:latest}
[[ ${image##*/} == *:* ]] || image=$image:latest
[ "$(id -u)" -eq 0 ] || fail "a secret's files are root's: run it as root"
if command -v kustomize >/dev/null; then
    render() { kustomize build "$1"; }
else
    need kubectl kubernetes-client
    render() { kubectl kustomize "$1"; }
fi
need podman "podman netavark aardvark-dns"
need sqlite3 sqlite3
command -v kubernetes-validate >/dev/null || fail "pip install kubernetes-validate"
python3 -c 'import yaml' || fail "pip install pyyaml"
podman image exists "$image" ||
    fail "podman has no image $image: podman build -f docker/Dockerfile -t worldmodels . (or give IMAGE)"
find_program
export WORLDMODELS=$worldmodels
new_scratch kubernetes "${1:-}"
network=worldmodels-test-$$
pods=()
started=()
end() {
    local status=$? pod pid
    trap - EXIT
    podman unpause "${server:-none}" >/dev/null 2>&1 || true
    for pod in "${pods[@]}"; do
        podman pod logs "$pod" >"$scratch/$pod.log" 2>&1 || true
        # The first time may come too early for a container that is just ending.
        podman pod rm --force --time 1 "$pod" >/dev/null 2>&1 ||
            podman pod rm --force --time 1 "$pod" >/dev/null 2>&1 || say "pod $pod could not be removed"
    done
    podman network rm "$network" >/dev/null 2>&1 || true
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait || true
    drop_scratch "$status" kubernetes
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "the overlays and the keys fit the schemas"
for overlay in job pool autoscaled; do
    render "$here/overlays/$overlay" >"$scratch/$overlay.yaml"
    kubernetes-validate --strict --no-warn --quiet "$scratch/$overlay.yaml"
done
"$here/keys.sh" >"$scratch/keys.yaml"
kubernetes-validate --strict --quiet "$scratch/keys.yaml"
! grep -q 'replicas' <(sed -n '/kind: Deployment/,/^---/p' "$scratch/autoscaled.yaml") ||
    fail "overlays/autoscaled sets the number that its autoscaler sets"

# As a user changes what the run is, and how many workers there are.
mkdir "$scratch/overlay"
cat >"$scratch/overlay/kustomization.yaml" <<EOF
resources: ["$(realpath --relative-to="$scratch/overlay" "$here/overlays/job")"]
images: [{name: worldmodels, newName: "${image%:*}", newTag: "${image##*:}"}]
patches:
  - target: {kind: StatefulSet}
    patch: |
      - op: replace
        path: /spec/template/spec/containers/0/args
        value: [$(printf '"%s", ' "${small_run[@]}" --generations 4)]
  - target: {kind: Job}
    patch: |
      - {op: replace, path: /spec/parallelism, value: 2}
      - {op: replace, path: /spec/template/spec/containers/0/resources/requests/cpu, value: "1"}
EOF
render "$scratch/overlay" >"$scratch/played.yaml"
kubernetes-validate --strict --quiet "$scratch/played.yaml"
{ cat "$scratch/played.yaml" && cat "$scratch/keys.yaml"; } >"$scratch/all.yaml"
python3 "$here/pods.py" "$scratch/all.yaml" "$scratch/volumes" >"$scratch/pods.yaml"
mapfile -t names < <(sed -n '/^metadata:/,/^spec:/s/^  name: //p' "$scratch/pods.yaml")
[[ ${#names[@]} -eq 3 && ${names[0]} = worldmodels-coordinator ]] ||
    fail "not a coordinator and two workers, but ${names[*]}: see $scratch/pods.yaml"
for name in "${names[@]}"; do
    ! podman pod exists "$name" || fail "podman has a pod $name already: it is not this test's to remove"
done
pods=("${names[@]}")

# play NUMBER: that one of the pods, and waits until it has started.
play() {
    podman kube play --network "$network" --log-driver k8s-file "$scratch/pod-$1.yaml" \
        >"$scratch/play.log" 2>&1 || fail "podman: $(tail -n 3 "$scratch/play.log")"
}
# is_private KEY: fails unless it is its user's alone.
is_private() {
    local mode
    mode=$(stat -c %a:%u "$scratch/volumes/worldmodels-$1")
    [ "$mode" = 600:1000 ] || fail "$1: mode and owner are $mode, not 600:1000"
}
csplit --silent --prefix="$scratch/pod-" --suffix-format=%d.yaml "$scratch/pods.yaml" '/^---$/' '{*}'
podman network create "$network" >/dev/null
server=worldmodels-coordinator-coordinator
run=$scratch/volumes/worldmodels-coordinator/runs/run
logs() { podman logs "$1" 2>&1; }
log_says() { logs "$1" | grep -q "$2"; }
is_ready() {
    podman exec "$server" worldmodels status --connect=tcp://127.0.0.1:5555 \
        --key=/keys/viewer.key --server-key=/secret/coordinator.public >/dev/null 2>&1
}

say "podman plays ${pods[*]}"
play 0
is_private coordinator/keys/coordinator.key
eventually 120 "the readiness probe is answered" is_ready
# Podman starts one pod after the other, and meanwhile the first worker could drive the whole run.
podman pause "$server" >/dev/null
play 1
play 2
is_private worker-0/keys/worker.key
podman unpause "$server" >/dev/null
eventually 240 "generations pass" has_generations "$run" 1
[ ! -e "$scratch/volumes/worldmodels-worker-0/secret/coordinator.key" ] ||
    fail "a worker has the coordinator's key"
eventually 400 "the run is finished" log_says "$server" "the run is finished"
for index in 0 1; do
    worker=worldmodels-worker-$index-worker
    # podman tells of an end late, and of its status later.
    status=$(timeout 180 podman wait "$worker") || fail "$worker does not end: $(logs "$worker" | tail -n 3)"
    [ "$status" -eq 0 ] || fail "$worker ended with status $status: $(logs "$worker" | tail -n 3)"
done
say "its workers have ended well"
[ "$(podman inspect --format "{{.State.Status}}" "$server")" = running ] ||
    fail "the finished coordinator's pod is gone, and the run with it"
[ "$(query "$run" 'SELECT count(*) FROM workers WHERE rollouts > 0')" -eq 2 ] ||
    fail "not both workers worked"

say "the same seed without containers"
mkdir "$scratch/calm"
"$worldmodels" coordinator --logdir "$scratch/calm" --bind "tcp://127.0.0.1:${PORT:-6031}" "${small_run[@]}" \
    --generations 4 >"$scratch/calm/coordinator.log" 2>&1 &
coordinator=$!
"$worldmodels" worker --connect "tcp://127.0.0.1:${PORT:-6031}" --until finished 2>"$scratch/calm/worker.log" &
started+=("$coordinator" $!)
wait "$coordinator" || fail "the coordinator failed: see $scratch/calm/coordinator.log"
same_runs "$scratch/calm" "$run" 4 || fail "the runs differ: see $scratch"
say "equal, bit for bit, in $SECONDS s"
