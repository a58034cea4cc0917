#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Runs all tests on this machine. Installs what is missing. Arguments go to `swift test`.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

install_missing_packages
require_swift
swift test "$@"
