#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Writes Generated/events.pb.swift anew from events.proto; ClusterProtocol/regenerate.sh says what it
# needs.
set -eu
cd "$(dirname "$0")"
PROTO=events.proto exec ../ClusterProtocol/regenerate.sh "$PWD"
