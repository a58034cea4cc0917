# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records constants, weights and updates of pycma (and of LM-MA-ES) for the tests beside it.

    python -m venv venv && venv/bin/pip install cma==4.5.0 numpy && venv/bin/python record.py

The candidates are numpy's own draws, so the strategies under test are fed the very same points.
"""
import json
import math
import warnings

import cma
import numpy as np

warnings.simplefilter("ignore")
cma.evolution_strategy.TPA_dimension = 10**9  # cumulative step-size adaptation everywhere


class CholeskySampler(cma.sampler.GaussFullSampler):
    """pycma's full sampler with the Cholesky factor in the place of the eigensystem."""

    def _decompose_C(self):
        self.C = (self.C + self.C.T) / 2
        self.L = np.linalg.cholesky(self.C)
        self.count_eigen += 1

    def sample(self, number, lazy_update_gap=None, same_length=False):
        self.update_now(lazy_update_gap)
        return self.randn(number, self.dimension) @ self.L.T

    def transform_inverse(self, x):
        return np.linalg.solve(self.L, x)

    def norm(self, x):
        return np.linalg.norm(self.transform_inverse(x))


def objective(x):
    """A rotated-free ellipsoid of condition 1e6 plus a valley, so that paths and ranks vary."""
    n = len(x)
    return float(sum(10 ** (6 * i / max(1, n - 1)) * v * v for i, v in enumerate(x)) + abs(x[0]))


def constants(n, popsize):
    es = cma.CMAEvolutionStrategy(n * [0.0], 1.0, {"popsize": popsize, "verbose": -9})
    es.adapt_sigma.initialize(es)
    separable = cma.CMAEvolutionStrategy(
        n * [0.0], 1.0, {"popsize": popsize, "CMA_diagonal": True, "verbose": -9})
    p = es.sm.parameters()
    return {
        "dimension": n, "population": popsize, "mueff": es.sp.weights.mueff,
        "weights": list(es.sp.weights), "c1": p["c1"], "cmu": p["cmu"], "cc": es.sp.cc,
        "cs": es.adapt_sigma.cs, "damps": es.adapt_sigma.damps,
        "separableWeights": list(separable.sp.weights), "c1_sep": separable.sp.c1_sep,
        "cmu_sep": separable.sp.cmu_sep, "cc_sep": separable.sp.cc_sep,
        "gap": es.sm.lazy_update_gap,
    }


def start(variant, n, popsize, sigma, stds):
    options = {"popsize": popsize, "verbose": -9, "seed": 1, "CMA_stds": stds}
    if variant == "separable":
        options["CMA_diagonal"] = True
    if variant == "cholesky":
        es = cma.CMAEvolutionStrategy(n * [0.0], 1.0, {**options})
        options["CMA_sampler"] = CholeskySampler
        options["CMA_sampler_options"] = {"lazy_update_gap": es.sm.lazy_update_gap}
    es = cma.CMAEvolutionStrategy([0.5 + 0.1 * i for i in range(n)], sigma, options)
    if variant != "separable":
        # pycma starts from eigenvalues spread by 1e-4; the tutorial from the identity.
        es.sm.C = np.eye(n)
        es.sm.D, es.sm.B, es.sm.L = np.ones(n), np.eye(n), np.eye(n)
        if variant == "cholesky":
            p = es.sm.parameters(mueff=es.sp.weights.mueff, lam=es.sp.weights.lambda_)
            es.sp.weights.finalize_negative_weights(n, p["c1"], p["cmu"])
    return es


def run(variant, n, popsize, generations, seed):
    stds = [1 + 0.25 * (i % 3) for i in range(n)]
    es = start(variant, n, popsize, 0.7, stds)
    es.opts["randn"] = np.random.default_rng(seed).standard_normal
    generator = np.random.default_rng(seed)
    es.sm.randn = lambda rows, columns: generator.standard_normal((rows, columns))
    steps = []
    for g in range(generations):
        candidates = [[float(v) for v in x] for x in es.ask()]
        costs = [objective(x) for x in candidates]
        es.tell([np.array(x) for x in candidates], costs, check_points=False)
        if variant == "separable":
            covariance = [float(v) ** 2 for v in es.sigma_vec.scaling]
        else:
            s = np.asarray(es.sigma_vec.scaling)
            covariance = [float(v) for v in (s * np.diag(es.sm.C)) * s]
        steps.append({
            "candidates": candidates, "costs": costs, "mean": [float(v) for v in es.mean],
            "sigma": float(es.sigma), "variances": covariance,
            "path": [float(v) for v in es.adapt_sigma.ps]})
    return {"variant": variant, "dimension": n, "population": popsize, "deviations": stds,
            "mean": [0.5 + 0.1 * i for i in range(n)], "sigma": 0.7, "steps": steps}


def integer_run(variant, integers, n, popsize, generations, seed):
    """A run with whole numbers (LB+IC); its candidates are those before rounding and centring."""
    options = {"popsize": popsize, "verbose": -9, "seed": 1, "integer_variables": integers}
    if variant == "separable":
        options["CMA_diagonal"] = True
    mean = [0.5 + 0.7 * i for i in range(n)]
    es = cma.CMAEvolutionStrategy(mean, 0.7, options)
    if variant != "separable":
        es.sm.C = np.eye(n)
        es.sm.D, es.sm.B = np.ones(n), np.eye(n)
    generator = np.random.default_rng(seed)
    es.sm.randn = lambda rows, columns: generator.standard_normal((rows, columns))
    steps, held, sampled = [], 0, []
    check = es.adapt_sigma.check_consistency

    def look(es):
        sampled[:] = [[float(v) for v in x] for x in es.pop]  # forgotten at the end of tell
        return check(es)

    es.adapt_sigma.check_consistency = look
    for g in range(generations):
        asked = es.ask()
        costs = [float(sum((v - i) ** 2 for i, v in enumerate(x))) for x in asked]
        es.tell([np.array(x) for x in asked], costs, check_points=False)
        held += abs(min(es.stds[i] for i in integers) - es.opts["minstd"][integers[0]]) < 1e-9
        s = np.asarray(es.sigma_vec.scaling)
        variances = s**2 if variant == "separable" else s * np.diag(es.sm.C) * s
        steps.append({
            "candidates": sampled[:], "costs": costs,
            "mean": [float(v) for v in es.mean], "sigma": float(es.sigma),
            "variances": [float(v) for v in variances],
            "path": [float(v) for v in es.adapt_sigma.ps],
            "rounded": [[float(v) for v in x] for x in asked]})
    assert held > 5, held  # the lower bound was reached
    return {"variant": variant, "dimension": n, "population": popsize, "deviations": n * [1.0],
            "mean": mean, "sigma": 0.7, "steps": steps, "integers": integers}


def integer_defaults(n, integers):
    es = cma.CMAEvolutionStrategy(n * [1.0], 1.0, {
        "verbose": -9, "integer_variables": list(range(integers))})
    return {"dimension": n, "integers": integers, "population": es.popsize,
            "leastDeviation": float(es.opts["minstd"][0]),
            "flatGenerations": int(es.opts["tolflatfitness"]), "tolfun": es.opts["tolfun"],
            "tolfunhist": es.opts["tolfunhist"]}


def centring(seed):
    """What pycma makes of the better half of a generation, with bounds and the draws used there."""
    generator = np.random.default_rng(seed)
    cases = []
    for case in range(20):
        n, count = 4, 5 + case % 3
        es = cma.CMAEvolutionStrategy([0.2, 1.7, 2.4, 11.1], 1.0, {
            "verbose": -9, "integer_variables": [0, 1, 2], "bounds": [
                [-1.5, -0.5, None, 10.0], [1.5, None, 3.5, 12.0]]})
        draws = []

        def rand(*shape):
            if not shape:
                return 0.0  # pycma's own checks
            drawn = generator.random(shape[0])
            draws.extend(map(float, drawn))
            return drawn

        mean = np.array([0.2, 1.7, 2.4, 11.1]) + 0.4 * generator.standard_normal(n)
        points = [mean + 0.9 * generator.standard_normal(n) for _ in range(count)]
        before = [list(map(float, p)) for p in points]
        original, np.random.rand = np.random.rand, rand
        es.integer_centering(points, mean)
        np.random.rand = original
        cases.append({"mean": list(map(float, mean)), "points": before, "draws": draws,
                      "centred": [list(map(float, p)) for p in points]})
    assert any(c["draws"] for c in cases)
    return cases


def limited_memory(n, popsize, generations, seed):
    """Algorithm 1 of arXiv 1705.06693, vector by vector; rates held at 1/2 as in the library."""
    generator = np.random.default_rng(seed)
    count = min(n, int(4 + 3 * math.log(n)))
    mu = popsize // 2
    raw = np.array([math.log((popsize + 1) / 2) - math.log(i + 1) for i in range(mu)])
    weights = raw / raw.sum()
    mueff = 1 / (weights**2).sum()
    cs = min(0.5, 2 * popsize / n)
    stds = np.ones(n)
    mean, sigma = np.array([0.5 + 0.1 * i for i in range(n)]), 0.7
    path, directions, steps = np.zeros(n), np.zeros((count, n)), []
    for g in range(generations):
        z = generator.standard_normal((popsize, n))
        d = z.copy()
        for k in range(popsize):
            for j in range(min(g, count)):
                c = 1 / (1.5**j * n)
                d[k] = (1 - c) * d[k] + c * directions[j] * (directions[j] @ d[k])
        candidates = [[float(v) for v in mean + sigma * row] for row in d]
        costs = [objective(x) for x in candidates]
        order = np.argsort(costs, kind="stable")[:mu]
        mean = mean + sigma * weights @ d[order]
        shift = weights @ z[order]
        path = (1 - cs) * path + math.sqrt(mueff * cs * (2 - cs)) * shift
        for j in range(count):
            c = min(0.5, popsize / (4.0**j * n))
            directions[j] = (1 - c) * directions[j] + math.sqrt(mueff * c * (2 - c)) * shift
        sigma *= math.exp(cs / 2 * (path @ path / n - 1))
        steps.append({"candidates": candidates, "costs": costs, "mean": list(map(float, mean)),
                      "sigma": float(sigma), "variances": [], "path": list(map(float, path))})
    return {"variant": "limited-memory", "dimension": n, "population": popsize,
            "deviations": list(stds), "mean": [0.5 + 0.1 * i for i in range(n)], "sigma": 0.7,
            "steps": steps}


def bounds():
    low, high = [-1.0, 0.0, -math.inf, 10.0], [1.0, math.inf, 3.0, 10.5]
    handler = cma.boundary_handler.BoundTransform(
        [[-1.0, 0.0, None, 10.0], [1.0, None, 3.0, 10.5]])
    points = [[x, x, x, x + 10] for x in np.linspace(-4.0, 4.0, 33)]
    return {"points": points, "images": [[float(v) for v in handler.repair(np.array(p))]
                                         for p in points]}


def noise(popsize, repeats, seed):
    """Rank-change measures of pycma's noise handler for given first and second costs."""
    generator = np.random.default_rng(seed)
    handler = cma.NoiseHandler(10, maxevals=[1, 1, 30])
    handler.evaluations = 1
    cases = []
    for k in range(repeats):
        costs = list(map(float, generator.standard_normal(popsize)))
        count = 2 + k % 3
        handler.lam_reeval = count
        indices = [int(i) for i in handler.indices(costs)]
        again = [costs[i] + float(generator.standard_normal()) * (0.1, 3.0)[k % 2]
                 for i in indices]
        handler.fit, handler.fitre, handler.idx = list(costs), list(costs), np.array(indices)
        for i, cost in zip(indices, again):
            handler.fitre[i] = cost
        level, _ = handler.update_measure()
        factor = handler.treat()
        cases.append({"costs": costs, "indices": indices, "again": again, "level": float(level),
                      "evaluations": float(handler.evaluations), "factor": float(factor)})
    return cases


recording = {
    "constants": [constants(n, l) for n, l in
                  [(2, 6), (3, 7), (5, 8), (10, 10), (20, 12), (40, 15), (10, 64), (10, 200),
                   (867, 64)]],
    "norms": {str(n): cma.utilities.math.Mh.chiN(n) for n in (1, 2, 5, 20, 100, 867)},
    "runs": [run("eigensystem", 6, 9, 12, 3), run("eigensystem", 5, 40, 8, 4),
             run("separable", 6, 9, 12, 5), run("cholesky", 6, 9, 12, 6),
             limited_memory(24, 9, 16, 7)],
    "bounds": bounds(),
    "noise": noise(10, 12, 8),
    "integerRuns": [integer_run("eigensystem", [1, 4], 6, 9, 40, 9),
                    integer_run("separable", [0, 2, 3], 6, 12, 40, 10)],
    "integerDefaults": [integer_defaults(*pair) for pair in
                        [(2, 1), (5, 5), (10, 3), (40, 40), (200, 150), (400, 10)]],
    "centring": centring(11),
}
with open("pycma.json", "w") as file:
    json.dump(recording, file, allow_nan=False)
