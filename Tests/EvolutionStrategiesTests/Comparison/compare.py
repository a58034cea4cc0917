#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Compares `worldmodels optimize` with pycma: evaluations to a target, or success with restarts.

    python compare.py --program .build/release/worldmodels --results results.jsonl
    python compare.py --results results.jsonl --table        # the table alone
    python compare.py --restarts bipop --program ... --results restarts.jsonl

Both start from the same point with the same population and step size. Each finished run is a line
of the results file; runs found there are not repeated, so that the script may be interrupted.
Needs numpy and cma (pycma).
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile
import warnings

import numpy as np

warnings.simplefilter("ignore")
# Schaffer's function rises as the root of the distance: 1e-9 would need steps below 1e-18.
TARGETS = {"schaffer": 1e-3}


def weights(n, condition):
    return condition ** (np.arange(n) / max(1, n - 1))


def schaffer(x):
    s = x[:, :-1] ** 2 + x[:, 1:] ** 2
    return np.sum(s**0.25 * (np.sin(50 * s**0.1) ** 2 + 1), axis=1)


# Each takes the candidates of a generation, one a row.
FUNCTIONS = {
    "sphere": lambda x: np.sum(x**2, axis=1),
    "ellipsoid": lambda x: (x**2) @ weights(x.shape[1], 1e6),
    "cigar": lambda x: x[:, 0] ** 2 + 1e6 * np.sum(x[:, 1:] ** 2, axis=1),
    "discus": lambda x: 1e6 * x[:, 0] ** 2 + np.sum(x[:, 1:] ** 2, axis=1),
    "diffpowers": lambda x: np.sum(
        np.abs(x) ** (2 + 10 * np.arange(x.shape[1]) / max(1, x.shape[1] - 1)), axis=1),
    "rosenbrock": lambda x: np.sum(
        100 * (x[:, :-1] ** 2 - x[:, 1:]) ** 2 + (x[:, :-1] - 1) ** 2, axis=1),
    "rastrigin": lambda x: np.sum(10 + x**2 - 10 * np.cos(2 * np.pi * x), axis=1),
    "schaffer": schaffer,
}
UNIMODAL = ["sphere", "ellipsoid", "cigar", "discus", "diffpowers", "rosenbrock"]
BOXES = {"rastrigin": 5.0, "schaffer": 100.0}


def target(function):
    """The cost at which a run has succeeded."""
    return TARGETS.get(function, 1e-9)


def start(function, n, seed):
    """The first mean and step size of a run."""
    if function == "rosenbrock":
        return np.zeros(n), 0.5
    if function in BOXES:
        box = BOXES[function]
        return np.random.default_rng(1000 + seed).uniform(-box, box, n), 0.4 * box
    return np.random.default_rng(1000 + seed).uniform(-3, 3, n), 2.0


class Counter:
    """Counts the evaluations until the target is met."""

    def __init__(self, function):
        self.function, self.evaluations, self.hit = FUNCTIONS[function], 0, None
        self.best, self.target = math.inf, target(function)

    def __call__(self, candidates):
        costs = self.function(np.asarray(candidates))
        below = np.nonzero(costs <= self.target)[0]
        if self.hit is None and len(below):
            self.hit = self.evaluations + int(below[0]) + 1
        self.evaluations += len(costs)
        self.best = min(self.best, float(np.min(costs)))
        return [float(c) for c in costs]


def run_pycma(function, n, seed, budget, restarts, variant):
    import cma

    counter = Counter(function)
    mean, sigma = start(function, n, seed)
    options = {"verbose": -9, "verb_log": 0, "verb_disp": 0, "seed": seed + 1,
               "ftarget": target(function), "maxfevals": budget, "CMA_diagonal": variant == "separable"}
    if restarts == "none":
        es = cma.CMAEvolutionStrategy(mean, sigma, options)
        while not es.stop():
            candidates = es.ask()
            es.tell(candidates, counter(candidates))
    else:
        generator, box = np.random.default_rng(seed), BOXES[function]
        first = [mean]

        def initial():
            return first.pop() if first else generator.uniform(-box, box, n)

        cma.fmin2(None, initial, sigma, options, parallel_objective=counter,
                  restarts={"maxrestarts": 9, "maxfevals": budget}, bipop=restarts == "bipop",
                  eval_initial_x=False)
    return counter


def run_ours(program, function, n, seed, budget, restarts, variant, factorisation):
    counter = Counter(function)
    mean, sigma = start(function, n, seed)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(" ".join(map(repr, map(float, mean))))
        file.flush()
        command = [program, "optimize", "--dimension", str(n), "--x0", file.name,
                   "--sigma", str(sigma), "--seed", str(seed + 1), "--variant", variant,
                   "--factorisation", factorisation, "--target-cost", str(target(function)),
                   "--max-evaluations", str(budget), "--restarts", restarts]
        if restarts != "none":
            box = BOXES[function]
            command += [f"--restart-lower={-box}", f"--restart-upper={box}"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            message = json.loads(line)
            if "stop" in message:
                break
            process.stdin.write(
                json.dumps({"tell": counter(message["ask"]["candidates"])}) + "\n")
            process.stdin.flush()
        process.stdin.close()
        if process.wait() != 0:
            raise SystemExit(f"{command} ended with status {process.returncode}")
    return counter


def table(rows, restarts):
    """Medians over seeds (a failure counts as infinity), or success rates."""
    cells = {}
    for row in rows:
        key = (row["function"], row["dimension"])
        cells.setdefault(key, {}).setdefault(row["solver"], {})[row["seed"]] = row
    print("| function | n | seeds | pycma | worldmodels | ratio | solved (p, w) |")
    print("|---|---|---|---|---|---|---|")
    for (function, n), solvers in cells.items():
        theirs, ours = solvers.get("pycma", {}), solvers.get("worldmodels", {})
        seeds = sorted(set(theirs) & set(ours))
        if not seeds:
            continue
        medians, solved = [], []
        for runs in (theirs, ours):
            hits = [runs[s]["hit"] or math.inf for s in seeds]
            medians.append(statistics.median(hits))
            solved.append(sum(h < math.inf for h in hits))
        ratio = medians[1] / medians[0] if medians[0] < math.inf else math.nan
        print(f"| {function} | {n} | {len(seeds)} | {medians[0]:.0f} | {medians[1]:.0f} "
              f"| {ratio:.3f} | {solved[0]}, {solved[1]} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=".build/release/worldmodels")
    parser.add_argument("--results", required=True)
    parser.add_argument("--functions", nargs="+")
    parser.add_argument("--dimensions", nargs="+", type=int)
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--variant", default="full", choices=["full", "separable"])
    parser.add_argument("--factorisation", default="eigensystem")
    parser.add_argument("--restarts", default="none", choices=["none", "ipop", "bipop"])
    parser.add_argument("--budget", type=int, help="evaluations a run (default 1e4 n, 3e4 n)")
    parser.add_argument("--solvers", nargs="+", default=["pycma", "worldmodels"])
    parser.add_argument("--table", action="store_true", help="print the table alone")
    options = parser.parse_args()

    rows = []
    if os.path.exists(options.results):
        with open(options.results) as file:
            rows = [json.loads(line) for line in file if line.endswith("}\n")]
    if not options.table:
        single = options.restarts == "none"
        functions = options.functions or (UNIMODAL if single else list(BOXES))
        dimensions = options.dimensions or ([2, 5, 10, 20, 40] if single else [5, 10])
        done = {(r["function"], r["dimension"], r["seed"], r["solver"]) for r in rows}
        with open(options.results, "a") as file:
            for n in dimensions:
                budget = options.budget or (20_000 if single else 30_000) * n
                for function in functions:
                    for seed in range(options.seeds):
                        for solver in options.solvers:
                            if (function, n, seed, solver) in done:
                                continue
                            arguments = (function, n, seed, budget, options.restarts,
                                         options.variant)
                            counter = (
                                run_pycma(*arguments) if solver == "pycma" else
                                run_ours(options.program, *arguments, options.factorisation))
                            row = {"function": function, "dimension": n, "seed": seed,
                                   "solver": solver, "hit": counter.hit,
                                   "evaluations": counter.evaluations, "best": counter.best}
                            rows.append(row)
                            file.write(json.dumps(row) + "\n")
                            file.flush()
    table(rows, options.restarts)


main()
