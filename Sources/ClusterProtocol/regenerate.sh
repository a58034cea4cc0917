#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Writes Generated/cluster.pb.swift anew from cluster.proto (of another folder that is named, another
# file: TensorBoardFiles/regenerate.sh). Needs protoc (Debian:
# protobuf-compiler) and protoc-gen-swift, which is built once from the swift-protobuf package:
#
#   git clone --branch 1.39.0 https://github.com/apple/swift-protobuf
#   cd swift-protobuf && swift build --product protoc-gen-swift
#
# and given by its path: PROTOC_GEN_SWIFT=.../protoc-gen-swift ./regenerate.sh
set -eu
cd "${1:-$(dirname "$0")}"
plugin=${PROTOC_GEN_SWIFT:-$(command -v protoc-gen-swift || true)}
if [ -z "$plugin" ]; then
    echo "regenerate.sh: protoc-gen-swift is missing; see the comment in this script" >&2
    exit 1
fi
protoc --plugin=protoc-gen-swift="$plugin" \
    --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true \
    --swift_out=Generated "${PROTO:-cluster.proto}"
