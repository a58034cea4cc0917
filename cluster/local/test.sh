#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# Runs all tests on this machine. Installs what is missing. Arguments go to `swift test`.
#
# Those with sockets and processes come last, on their own: all of a run are begun at once and share a
# thread a core, so that who waits for an answer would wait for those that compute for minutes, or for
# those that keep their thread while they wait, such as ObjectivesTests.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/local/prepare.sh

require_swift
install_missing_packages
case " $* " in
*" --filter"* | *" --skip"*) exec swift test "$@" ;;
esac
waiting='^(ClusterTests|DashboardTests|DistributedSearchTests|ProgramTests)\.'
swift test "$@" --skip "$waiting"
swift test "$@" --filter "$waiting"
