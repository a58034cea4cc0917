#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Minimises Rosenbrock's function through `worldmodels optimize`: the protocol's shortest client.

    python client.py .build/release/worldmodels
"""
import json
import subprocess
import sys


def rosenbrock(x):
    return sum(100 * (a * a - b) ** 2 + (a - 1) ** 2 for a, b in zip(x, x[1:]))


process = subprocess.Popen(
    [sys.argv[1], "optimize", "--dimension", "5", "--target-cost", "1e-9", "--seed", "3"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for line in process.stdout:
    message = json.loads(line)
    if "stop" in message:
        break
    costs = [rosenbrock(x) for x in message["ask"]["candidates"]]
    print(json.dumps({"tell": costs}), file=process.stdin, flush=True)
stop = message["stop"]
print(f"{stop['reasons']} after {stop['evaluations']} evaluations: cost {stop['bestCost']:.3g}")
assert stop["reasons"] == ["ftarget"] and stop["bestCost"] <= 1e-9
assert all(abs(value - 1) < 1e-3 for value in stop["best"])
assert process.wait() == 0
