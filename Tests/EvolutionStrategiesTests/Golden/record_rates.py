# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records what the learning rates of cmaes (its authors' LRA-CMA-ES) make of given steps.

    python -m venv venv && venv/bin/pip install cmaes==0.13.1 numpy && venv/bin/python record_rates.py

The steps are numpy's own draws: of a signal, then of noise, in diagonal covariances alone.
"""
import json

import numpy as np
from cmaes import CMA

n = 5
generator = np.random.default_rng(4)
cma = CMA(mean=np.zeros(n), sigma=0.5, lr_adapt=True)
steps = []
for number in range(60):
    old_mean, old_sigma, old_c = cma._mean.copy(), cma._sigma, np.diag(cma._C).copy()
    noise = generator.standard_normal(n)
    signal = 1.0 if number < 25 else 0.0
    new_mean = old_mean + old_sigma * np.sqrt(old_c) * (signal + 0.4 * noise)
    new_sigma = float(old_sigma * np.exp(0.1 * signal + 0.05 * generator.standard_normal()))
    new_c = old_c * np.exp(0.2 * generator.standard_normal(n) + 0.1 * signal * np.arange(n))
    cma._mean, cma._sigma, cma._C = new_mean, new_sigma, np.diag(new_c)
    cma._lr_adaptation(
        old_mean, old_sigma, old_sigma**2 * np.diag(old_c), np.diag(1 / np.sqrt(old_c)))
    steps.append({
        "newMean": list(map(float, new_mean)), "newSigma": new_sigma,
        "newDeviations": list(map(float, np.sqrt(new_c))),
        "mean": list(map(float, cma._mean)), "sigma": float(cma._sigma),
        "deviations": list(map(float, np.sqrt(np.diag(cma._C)))),
        "meanRate": float(cma._eta_mean), "covarianceRate": float(cma._eta_Sigma)})
with open("learning_rates.json", "w") as file:
    json.dump({"sigma": 0.5, "steps": steps}, file)
