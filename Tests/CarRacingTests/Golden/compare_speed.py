#!/usr/bin/env python3
"""Steps a second with frames on one core: Gymnasium, envpool and this project, in one run.

    python compare_speed.py --worldmodels .build/release/worldmodels [--seconds 5] [--rounds 3]

Needs gymnasium[box2d]==1.4.0 and envpool. All three are pinned to one core and measured in turn,
round after round, so that a busy machine disturbs them alike; the medians' ratios are printed.
All draw 96x96: Gymnasium one environment, envpool and this project eight in turn on one thread.
"""
import argparse
import json
import os
import statistics
import subprocess
import time

import envpool
import gymnasium
import numpy as np

ENVIRONMENTS = 8


def action(step):
    """Gentle turns at moderate speed, so that the car stays where there is something to draw."""
    return np.array([0.2 * np.sin(step / 40), 0.1, 0], dtype=np.float32)


def gymnasium_rate(seconds):
    env = gymnasium.make("CarRacing-v3").unwrapped
    env.reset(seed=1)
    for step in range(5):
        env.step(action(step))
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        env.step(action(steps))
        steps += 1
    return steps / (time.perf_counter() - start)


def envpool_rate(seconds):
    name = "CarRacing-v3" if "CarRacing-v3" in envpool.list_all_envs() else "CarRacing-v2"
    env = envpool.make_gymnasium(name, num_envs=ENVIRONMENTS, num_threads=1, seed=1)
    env.reset()
    for step in range(5):
        env.step(np.tile(action(step).astype(np.float64), (ENVIRONMENTS, 1)))
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        env.step(np.tile(action(steps).astype(np.float64), (ENVIRONMENTS, 1)))
        steps += 1
    return ENVIRONMENTS * steps / (time.perf_counter() - start)


def product_report(program, seconds, size, antialiasing):
    command = [program, "benchmark", "env", "--environments", str(ENVIRONMENTS), "--size",
               str(size), "--seconds", str(seconds), "--antialiasing", antialiasing]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--worldmodels", default=".build/release/worldmodels")
    p.add_argument("--seconds", type=float, default=5)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--core", type=int, default=0)
    a = p.parse_args()
    os.sched_setaffinity(0, {a.core})
    rates = {}
    for _ in range(a.rounds):
        rates.setdefault("gymnasium", []).append(gymnasium_rate(a.seconds))
        rates.setdefault("envpool", []).append(envpool_rate(a.seconds))
        for size, antialiasing in ((96, "samples4"), (96, "off"), (64, "off")):
            report = product_report(a.worldmodels, a.seconds, size, antialiasing)
            rates.setdefault(f"{size} {antialiasing}", []).append(report["rate"])
            print(json.dumps(report), flush=True)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, median in medians.items():
        print(f"{name:12} {median:9.1f} steps/s  {median / medians['gymnasium']:6.1f} x Gymnasium  "
              f"{median / medians['envpool']:5.1f} x envpool  (rounds: "
              + ", ".join(f"{value:.0f}" for value in rates[name]) + ")")


if __name__ == "__main__":
    main()
