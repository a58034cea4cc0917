#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Compares time a generation and peak memory with pycma's in one run, and shows linear growth.

    python speed.py .build/release/worldmodels [--dimension 867] [--population 64]

Both minimise the sphere from the origin; the objective's time does not count. pycma may use as
many BLAS threads as it likes; the library uses one. The two are measured in turns, each in a
process of its own, and medians are shown.
"""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import time


def pycma(dimension, population, generations):
    """One measurement, in this process: milliseconds a generation and peak MiB."""
    import cma
    import numpy as np

    es = cma.CMAEvolutionStrategy(
        dimension * [0.0], 0.1, {"popsize": population, "verbose": -9, "seed": 1})
    elapsed = 0.0
    for _ in range(generations):
        start = time.perf_counter()
        candidates = es.ask()
        asked = time.perf_counter()
        costs = [float(np.dot(x, x)) for x in candidates]
        told = time.perf_counter()
        es.tell(candidates, costs)
        elapsed += asked - start + time.perf_counter() - told
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"milliseconds": 1000 * elapsed / generations, "mebibytes": peak}))


def measure(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def ours(program, dimension, population, generations, variant="full"):
    report = measure([program, "benchmark", "cmaes", "--dimension", str(dimension),
                      "--population", str(population), "--generations", str(generations),
                      "--variant", variant])
    return {"milliseconds": 1000 / report["rate"], "mebibytes": report["residentMiB"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--dimension", type=int, default=867)
    parser.add_argument("--population", type=int, default=64)
    parser.add_argument("--generations", type=int, default=300)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="the growth of the other variants")
    parser.add_argument("--pycma", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = (options.dimension, options.population, options.generations)
    if options.pycma:
        pycma(*size)
        return
    if options.growth:
        print("| variant | n | population | ms a generation | peak MiB |\n|---|---|---|---|---|")
        for variant, sizes in [("separable", [(2500, 64), (5000, 64), (10000, 64)]),
                               ("limited-memory", [(25000, 38), (50000, 38), (100000, 38)])]:
            for n, population in sizes:
                report = ours(options.program, n, population, 20, variant)
                print(f"| {variant} | {n} | {population} | {report['milliseconds']:.1f} "
                      f"| {report['mebibytes']:.0f} |")
        return
    results = {"pycma": [], "worldmodels": []}
    for _ in range(options.turns):
        results["pycma"].append(measure(
            [sys.executable, __file__, options.program, "--pycma", "--dimension", str(size[0]),
             "--population", str(size[1]), "--generations", str(size[2])]))
        results["worldmodels"].append(ours(options.program, *size))
    medians = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for name, runs in results.items()}
    for name, values in medians.items():
        print(f"{name}: {values['milliseconds']:.1f} ms a generation, "
              f"{values['mebibytes']:.0f} MiB peak")
    for key in ("milliseconds", "mebibytes"):
        print(f"worldmodels / pycma, {key}: "
              f"{medians['worldmodels'][key] / medians['pycma'][key]:.3f}")


main()
