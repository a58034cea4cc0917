#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# The sphere function as an objective in shell: a line of JSON in, one out.
#
#   worldmodels worker --connect ADDRESS --objective 'sh sphere.sh'
while read -r line; do
    numbers=${line##*'"parameters":['}
    answer=$(printf '%s\n' "${numbers%%]*}" | tr , '\n' |
        awk '{ sum += $1 * $1 } END { printf "{\"cost\":%.17g,\"info\":{\"variables\":%d}}", sum, NR }')
    printf '%s\n' "$answer"
done
