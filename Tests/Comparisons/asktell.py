# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""`worldmodels optimize` as a function, for the comparisons beside it."""
import json
import subprocess


def minimise(program, options, evaluate):
    """Runs a search to its end and gives its stop object.

    `options` are those of `worldmodels optimize`; `evaluate` takes an ask (candidates, generation and,
    with noise handling, repetitions and again) and gives a cost for each candidate.
    """
    process = subprocess.Popen(
        [program, "optimize", *map(str, options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True)
    stop = None
    for line in process.stdout:
        message = json.loads(line)
        if "stop" in message:
            stop = message["stop"]
            break
        costs = [float(cost) for cost in evaluate(message["ask"])]
        process.stdin.write(json.dumps({"tell": costs}) + "\n")
        process.stdin.flush()
    process.stdin.close()
    if process.wait() != 0 or stop is None:
        raise SystemExit(f"optimize {options} ended with status {process.returncode}")
    return stop
