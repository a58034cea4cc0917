#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""The sphere, Rastrigin's function or nothing at all as an objective: functions.py sphere."""
import json
import math
import sys


def sphere(x):
    return sum(value * value for value in x)


def rastrigin(x):
    return sum(value * value - 10 * math.cos(2 * math.pi * value) + 10 for value in x)


def nothing(x):
    return 0


function = {"sphere": sphere, "rastrigin": rastrigin, "nothing": nothing}[sys.argv[1]]
for line in sys.stdin:
    print(json.dumps({"cost": function(json.loads(line)["parameters"])}), flush=True)
