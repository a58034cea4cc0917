#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""COCO's 24 BBOB functions through `worldmodels optimize` and through pycma, both with BIPOP restarts.

    python bbob.py .build/release/worldmodels results.jsonl            # 5-D and 20-D
    python bbob.py .build/release/worldmodels results.jsonl --table    # the table alone

A problem is solved where 1e-8 above its minimum is reached within the budget. Both start at the same
points with the same step size, and later runs anywhere in [-4, 4]. Finished problems are lines of the
results and not repeated. Needs coco-experiment, cma (pycma) and numpy.
"""
import argparse
import json
import math
import os
import statistics
import warnings

import cocoex
import numpy as np

from asktell import minimise

warnings.simplefilter("ignore")
# Dimension, instances, evaluations for each variable.
PARTS = [(5, 4, 10_000), (20, 2, 2_000)]
SIGMA = 2.0


class Problem:
    """Counts the evaluations until the target is hit."""

    def __init__(self, suite, function, dimension, instance):
        self.problem = suite.get_problem_by_function_dimension_instance(
            function, dimension, instance)
        self.evaluations, self.hit = 0, None

    def __call__(self, candidates):
        costs = []
        for x in candidates:
            costs.append(self.problem(np.asarray(x)))
            self.evaluations += 1
            if self.hit is None and self.problem.final_target_hit:
                self.hit = self.evaluations
        # Whatever is left of a run after the target is of no interest.
        return [-1e300] * len(costs) if self.hit else costs


def start(function, dimension, instance):
    return np.random.default_rng([function, dimension, instance]).uniform(-4, 4, dimension)


def ours(program, problem, mean, budget, seed):
    options = ["--dimension", len(mean), f"--x0={','.join(map(repr, map(float, mean)))}",
               "--sigma", SIGMA, "--seed", seed, "--max-evaluations", budget,
               "--target-cost", -1e299, "--restarts", "bipop", "--restart-lower=-4",
               "--restart-upper=4"]
    minimise(program, options, lambda ask: problem(ask["candidates"]))


def pycma(_, problem, mean, budget, seed):
    import cma

    first, generator = [mean], np.random.default_rng(seed)

    def initial():
        return first.pop() if first else generator.uniform(-4, 4, len(mean))

    cma.fmin2(None, initial, SIGMA,
              {"verbose": -9, "verb_log": 0, "verb_disp": 0, "seed": seed, "ftarget": -1e299,
               "maxfevals": budget},
              parallel_objective=problem, restarts={"maxrestarts": 9, "maxfevals": budget},
              bipop=True, eval_initial_x=False)


SOLVERS = {"worldmodels": ours, "pycma": pycma}


def table(rows):
    print("| dimension | problems | solved by worldmodels | by pycma "
          "| evaluations where both solve, over pycma's |\n|---|---|---|---|---|")
    for dimension, _, _ in PARTS:
        found = {name: {(r["function"], r["instance"]): r["hit"] for r in rows
                        if r["dimension"] == dimension and r["solver"] == name}
                 for name in SOLVERS}
        keys = found["worldmodels"].keys() & found["pycma"].keys()
        if not keys:
            continue
        both = [k for k in keys if found["worldmodels"][k] and found["pycma"][k]]
        ratio = math.exp(statistics.fmean(
            math.log(found["worldmodels"][k] / found["pycma"][k]) for k in both))
        solved = [sum(bool(found[name][k]) for k in keys) for name in SOLVERS]
        print(f"| {dimension} | {len(keys)} | {solved[0]} | {solved[1]} | {ratio:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("results")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    rows = []
    if os.path.exists(options.results):
        with open(options.results) as file:
            rows = [json.loads(line) for line in file]
    done = {(r["solver"], r["function"], r["dimension"], r["instance"]) for r in rows}
    if not options.table:
        with open(options.results, "a") as file:
            for dimension, instances, factor in PARTS:
                suite = cocoex.Suite(
                    "bbob", f"instances:1-{instances}", f"dimensions:{dimension}")
                for instance in range(1, instances + 1):
                    for function in range(1, 25):
                        for name, solve in SOLVERS.items():
                            if (name, function, dimension, instance) in done:
                                continue
                            problem = Problem(suite, function, dimension, instance)
                            solve(options.program, problem,
                                  start(function, dimension, instance), factor * dimension,
                                  100 * function + instance)
                            rows.append({"solver": name, "function": function,
                                         "dimension": dimension, "instance": instance,
                                         "hit": problem.hit,
                                         "evaluations": problem.evaluations})
                            file.write(json.dumps(rows[-1]) + "\n")
                            file.flush()
                            problem.problem.free()
    table(rows)


main()
