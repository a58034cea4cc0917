#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""A sphere of 40 variables under noise: `worldmodels optimize` and pycma, noise handling on and off.

    python noisy_sphere.py .build/release/worldmodels

The cost is the squared distance plus a normal draw; what counts is the true cost of the last mean
after the budget. Medians, least and greatest of the seeds. Needs cma (pycma) and numpy.
"""
import argparse
import statistics
import warnings

import numpy as np

from asktell import minimise

warnings.simplefilter("ignore")
DIMENSION, SIGMA, START, MOST = 40, 1.0, 3.0, 30


def ours(program, handled, budget, seed):
    generator = np.random.default_rng(1000 + seed)

    def evaluate(ask):
        x = np.asarray(ask["candidates"])
        return np.sum(x**2, axis=1) + generator.standard_normal(len(x))

    # Without noise handling equal costs are no end either: they cannot be under noise.
    options = ["--dimension", DIMENSION, "--x0", START, "--sigma", SIGMA, "--seed", seed,
               "--max-evaluations", budget, "--max-generations", budget, "--tolstagnation", 0]
    stop = minimise(program, options + (["--noise-handling", MOST] if handled else []), evaluate)
    return sum(v * v for v in stop["mean"])


def pycma(_, handled, budget, seed):
    import cma

    generator = np.random.default_rng(1000 + seed)

    def cost(x):
        return float(np.sum(np.asarray(x) ** 2) + generator.standard_normal())

    handler = cma.NoiseHandler(DIMENSION, maxevals=[1, 1, MOST]) if handled else None
    _, es = cma.fmin2(cost, DIMENSION * [START], SIGMA,
                      {"verbose": -9, "verb_log": 0, "verb_disp": 0, "seed": seed,
                       "maxfevals": budget, "maxiter": budget, "tolstagnation": 0,
                       "tolflatfitness": budget}, noise_handler=handler)
    return float(np.sum(es.mean**2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--budget", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    print("| solver | noise handling | median | least | greatest |\n|---|---|---|---|---|")
    for name, solve in [("worldmodels", ours), ("pycma", pycma)]:
        for handled in [False, True]:
            errors = [solve(options.program, handled, options.budget, seed)
                      for seed in range(1, options.seeds + 1)]
            print(f"| {name} | {'on' if handled else 'off'} | {statistics.median(errors):.2f} "
                  f"| {min(errors):.2f} | {max(errors):.2f} |", flush=True)


main()
