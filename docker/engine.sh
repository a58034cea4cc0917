# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
# shellcheck shell=bash
#
# Sourced by test.sh: what docker, podman and buildah call by different names.

# Sets $engine: $ENGINE, or the first that answers.
find_engine() {
    local candidate
    for candidate in ${ENGINE:-docker podman buildah}; do
        if "$candidate" info >/dev/null 2>&1; then
            engine=$candidate
            return
        fi
    done
    fail "none of ${ENGINE:-docker, podman, buildah} answers 'info': install or start one"
}

# Sets the command $compose for the engine.
find_compose() {
    if [ "$engine" = docker ]; then
        docker compose version >/dev/null 2>&1 || fail "docker has no compose plugin: install it"
        compose=(docker compose)
    else
        command -v podman-compose >/dev/null || fail "podman-compose is missing: pip install it"
        compose=(podman-compose)
    fi
    project=worldmodels-test-$$
    compose+=(-p "$project")
}

# build_image NAME
build_image() {
    local -a options=(-f docker/Dockerfile -t "$1") command=(build)
    [ -z "${BUILD_BASE:-}" ] || options+=(--build-arg "BUILD_BASE=$BUILD_BASE")
    [ -z "${BASE:-}" ] || options+=(--build-arg "BASE=$BASE")
    [ "$engine" != buildah ] || command=(bud)
    # A health check is in docker's form of an image alone.
    [ "$engine" = docker ] || options+=(--format docker)
    local -a more
    read -ra more <<<"${BUILD_OPTIONS:-}"
    "$engine" "${command[@]}" "${options[@]}" "${more[@]}" .
}

# have_image NAME: fetches it where a build has left nothing of it but its layers.
have_image() {
    "$engine" inspect --type image "$1" >/dev/null 2>&1 || "$engine" pull "$1" >/dev/null ||
        fail "$engine has no image $1, and cannot fetch it"
}

# of_image NAME TEMPLATE: what is known of it.
of_image() {
    if [ "$engine" != buildah ]; then
        "$engine" image inspect --format "$2" "$1"
    elif [ "$2" = '{{.Size}}' ]; then
        # In megabytes, as a person reads it.
        buildah images --format '{{.Size}}' "$1" |
            awk '{ printf "%d\n", $1 * ($2 == "GB" ? 1e9 : 1e6) }'
    elif [ "$2" = '{{json .}}' ]; then
        buildah inspect --type image "$1"
    else
        buildah inspect --type image --format "${2//.Config./.Docker.Config.}" "$1"
    fi
}

# ran ARGUMENTS: a container to its end, and what it printed. Attached ones return late with some.
ran() {
    local id status
    id=$("$engine" run -d --no-healthcheck "$@")
    status=$("$engine" wait "$id")
    "$engine" logs "$id" 2>&1
    "$engine" rm -v "$id" >/dev/null
    [ "$status" -eq 0 ] || fail "a container ended with $status: run $*"
}

# program_of_image NAME DIRECTORY: lays its program there, as in a tarball.
program_of_image() {
    local id
    id=$("$engine" create "$1")
    mkdir -p "$2/bin" "$2/share"
    "$engine" cp "$id:/usr/bin/worldmodels" "$2/bin/"
    "$engine" cp "$id:/usr/share/worldmodels" "$2/share/"
    "$engine" rm -v "$id" >/dev/null
}

# containers SERVICE [OPTION]: of this project.
containers() {
    "$engine" ps -q --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$1" "${@:2}"
}

# scale COUNT: of workers. podman-compose leaves those that are too many where they are.
scale() {
    "${compose[@]}" up -d --scale worker="$1" --no-recreate >compose.log 2>&1 ||
        fail "compose up: $(tail -n 5 compose.log)"
    local id
    containers worker | tail -n +$(($1 + 1)) | while read -r id; do
        "$engine" stop -t 40 "$id" >/dev/null
        "$engine" rm -v "$id" >/dev/null
    done
}

# Podman calls it stopped until it has cleaned up.
state_of() {
    "$engine" inspect --format '{{.State.Status}}' "$(containers "$1" -a | head -n 1)" |
        sed 's/^stopped$/exited/'
}
exit_of() { "$engine" inspect --format '{{.State.ExitCode}}' "$(containers "$1" -a | head -n 1)"; }
volume_of() {
    "$engine" inspect --format '{{range .Mounts}}{{if eq .Destination "/runs"}}{{.Name}}{{end}}{{end}}' \
        "$(containers "$1" -a | head -n 1)"
}

# A port that nobody listens at, and the next one.
free_port() {
    local port
    for port in $(shuf -i 20000-30000 -n 50); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null &&
            ! (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    fail "no free port of 50"
}

# Ends what this test started, with its volumes; containers, networks and volumes of others stay.
stop_services() {
    [ -n "${project:-}" ] || return 0
    # podman-compose removes the volumes that have a name, and leaves those of /runs in each worker.
    "$engine" ps -aq --filter "label=com.docker.compose.project=$project" |
        xargs -r "$engine" rm -f -v >/dev/null 2>&1 || true
    (cd "${scratch:?}" && "${compose[@]}" down -v >/dev/null 2>&1) || true
}
