#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Builds the image with whichever of docker, podman and buildah is there, and ends with an error where it
# or compose.yaml is not as promised: its size, its user, no compilers, a root that cannot be written,
# keys that only their owner's service can read, a run that goes on while workers come and go and the
# coordinator is restarted, and ends with the digests of the same run outside of containers.
#
#   docker/test.sh
#   ENGINE=podman                  this one (docker, podman, buildah: the first that answers)
#   BUILD_BASE=IMAGE BASE=IMAGE    other bases than the Dockerfile's, for a machine without a registry
#   BUILD_OPTIONS="--network host" further options of the build
#   IMAGE=NAME                     an image that is there already, instead of a new one
#
# What runs needs compose: docker's plugin, or podman-compose. With buildah alone only the image is looked at.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. docker/engine.sh
. cluster/local/prepare.sh

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
# until_true WHAT SECONDS COMMAND...: asks again and again.
until_true() {
    local what=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$what: not so in time"
        sleep 1
    done
}
# equal WHAT FOUND WANTED
equal() { [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"; }

base=${BASE:-debian:bookworm-slim}
image=${IMAGE:-worldmodels-test}
most=350 # MB above the base
find_engine
scratch=$(mktemp -d)
cleanup() {
    stop_services
    rm -rf "$scratch"
}
trap cleanup EXIT

if [ -z "${IMAGE:-}" ]; then
    step "$engine builds the image"
    build_image "$image" >"$scratch/build.log" 2>&1 ||
        fail "the build, in whose output the last is: $(tail -n 15 "$scratch/build.log")"
fi

step "what the image is"
have_image "$image"
have_image "$base"
size=$((($(of_image "$image" '{{.Size}}') - $(of_image "$base" '{{.Size}}')) / 1000000))
say "$size MB above $base"
[ "$size" -le "$most" ] || fail "$size MB above its base: at most $most"
equal "user" "$(of_image "$image" '{{.Config.User}}')" 1000:1000
equal "entry" "$(of_image "$image" '{{.Config.Entrypoint}}')" '[worldmodels]'
equal "licence" "$(of_image "$image" '{{index .Config.Labels "org.opencontainers.image.licenses"}}')" MIT
of_image "$image" '{{json .}}' | tr -d ' \n' | grep -qi '"healthcheck":{"test":\["cmd' || fail "$image has no health check"
if [ "$engine" = buildah ]; then
    step "all is well, but nothing was run: that wants docker or podman"
    exit
fi
version=$(ran --network none "$image" --version)
equal "version" "$(of_image "$image" '{{index .Config.Labels "org.opencontainers.image.version"}}')" "$version"
# shellcheck disable=SC2016
found=$(ran --network none --entrypoint /bin/sh "$image" -c \
    'for tool in gcc cc c++ clang swift swiftc ld as make python3; do command -v $tool; done; true')
equal "compilers" "$found" ""

step "as any user, with a root that cannot be written, without home, network and capabilities"
# What an evaluation prints, but for how fast it was.
said() { sed -E '/^driving: /d; s/"stepsPerSecond":[^,}]*//'; }
drive=(evaluate --pretrained --episodes 2 --json --video drive.gif)
inside=$(ran --read-only --cap-drop ALL --security-opt no-new-privileges --network none \
    --user 4321:4321 "$image" "${drive[@]}" | said)
program_of_image "$image" "$scratch/program"
lacking=$(ldd "$scratch/program/bin/worldmodels" | grep 'not found' || true)
[ -z "$lacking" ] || fail "to compare with, the program runs here, too, and lacks: $lacking"
began=$SECONDS
outside=$(cd "$scratch" && program/bin/worldmodels "${drive[@]}" 2>&1 | said)
took=$((SECONDS - began + 1))
# With all that is said on standard error, which is nothing.
equal "returns" "$inside" "$outside"

step "compose: keys"
find_compose
cp docker/compose.yaml docker/keys.sh "$scratch/"
cd "$scratch"
ENGINE=$engine WORLDMODELS_IMAGE=$image ./keys.sh
cp -a keys keys.before
ENGINE=$engine WORLDMODELS_IMAGE=$image ./keys.sh
diff -r keys keys.before || fail "keys.sh changed keys that were there"
# As many as last while workers come and go, by what the drives above took: a few minutes.
generations=$((18 / took))
generations=$((generations < 2 ? 2 : generations > 6 ? 6 : generations))
run=(--profile quick --pretrained --generations "$generations" --pop-size 16 --n-samples 4 --evaluate-every 2
    --evaluation-episodes 8)
WORLDMODELS_PORT=$(free_port)
export WORLDMODELS_IMAGE=$image WORLDMODELS_PORT WORLDMODELS_OPTIONS="${run[*]}"
worldmodels=$scratch/program/bin/worldmodels

# status: as a host outside asks, through the published port.
status() {
    "$worldmodels" status --connect "tcp://127.0.0.1:$WORLDMODELS_PORT" --timeout 2 --json \
        --key keys/viewer.key --server-key keys/coordinator.public
}
has_workers() { [ "$(status | grep -o '"process"' | wc -l)" -eq "$1" ]; }
is_over() { [ "$(state_of coordinator)" = exited ]; }

step "one worker"
scale 1
until_true "one worker drives" 120 has_workers 1
# shellcheck disable=SC2016
"$engine" exec "$(containers coordinator)" sh -c 'worldmodels status $WORLDMODELS_STATUS' \
    >/dev/null || fail "the health check's question is not answered"
worker=$(containers worker)
equal "secrets of a worker" "$("$engine" exec "$worker" ls /run/secrets)" worker.key
secret=$(sed -n 's/^secret //p' keys/coordinator.key)
[ -n "$secret" ] || fail "keys/coordinator.key has no secret"
found=$("$engine" exec "$worker" grep -rlsF -e "$secret" /run /keys /runs /tmp /usr/share || true)
equal "the coordinator's key in a worker" "$found" ""
"$engine" exec "$worker" sh -c '! touch /x /usr/x /keys/x' 2>/dev/null ||
    fail "a worker can write its root"

step "three workers"
scale 3
until_true "three workers drive" 60 has_workers 3
step "the coordinator is restarted"
"$engine" restart "$(containers coordinator)" >/dev/null
until_true "the workers are back" 120 has_workers 3
step "one worker"
scale 1
until_true "one worker is left" 60 has_workers 1
! is_over || fail "the run was over before all this was done: it has to be longer"
step "the run's end"
until_true "the run is finished" 900 is_over
equal "the coordinator's status" "$(exit_of coordinator)" 0
until_true "the worker ends with the run" 60 test "$(state_of worker)" = exited
equal "the worker's status" "$(exit_of worker)" 0

step "the same run outside"
"$worldmodels" worker --connect tcp://127.0.0.1:$((WORLDMODELS_PORT + 1)) >worker.log 2>&1 &
worker=$!
"$worldmodels" coordinator --logdir outside --bind tcp://127.0.0.1:$((WORLDMODELS_PORT + 1)) \
    "${run[@]}" >coordinator.log || fail "the run outside: $(tail -n 5 coordinator.log worker.log)"
kill "$worker"
wait "$worker" || true
digests() { grep -oE '"[a-zA-Z]*[dD]igest[a-zA-Z]*":"[^"]*"'; }
inside=$(ran --volume "$(volume_of coordinator):/runs:ro" "$image" inspect run --json | digests)
outside=$("$worldmodels" inspect outside --json | digests)
[ -n "$outside" ] || fail "inspect --json shows no digests"
equal "digests" "$inside" "$outside"
step "all is well: $size MB above $base, digests equal"
