# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Compares the rollout engine with Python loops on one core of this machine, in one run.

    python rollout_speed.py path/to/worldmodels [--seconds 20] [--environments 8] [--precision int8]

The loops do less than the engine: they draw, encode and move, without controller and LSTM.
  gymnasium: CarRacing-v3, one environment, frames reduced to 64x64, PyTorch's encoder on one image.
  envpool:   CarRacing, several environments on one thread, PyTorch's encoder on the batch.
Needs gymnasium[box2d], envpool, torch, numpy and pillow. Prints one JSON object.
"""

import argparse
import json
import os
import subprocess
import time

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = "1"

import numpy as np
import torch
from PIL import Image


def encoder():
    channels = [3, 32, 64, 128, 256]
    layers = []
    for inputs, outputs in zip(channels, channels[1:]):
        layers += [torch.nn.Conv2d(inputs, outputs, 4, stride=2), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(1024, 64)).eval()


def measure(step, seconds, count):
    """Steps a second, after a second of warming up."""
    steps = 0
    start = None
    begin = time.perf_counter()
    while True:
        step()
        now = time.perf_counter()
        if start is None:
            if now - begin > 1:
                start = now
            continue
        steps += count
        if now - start >= seconds:
            return steps / (now - start)


def gymnasium_rate(net, seconds):
    import gymnasium

    environment = gymnasium.make("CarRacing-v3", continuous=True)
    state = {"picture": environment.reset(seed=0)[0]}
    generator = np.random.default_rng(0)

    def step():
        small = Image.fromarray(state["picture"]).resize((64, 64), Image.BILINEAR)
        pixels = torch.from_numpy(np.asarray(small).copy())
        with torch.inference_mode():
            net(pixels.permute(2, 0, 1).unsqueeze(0).float() / 255)
        action = generator.uniform([-0.3, 0, 0], [0.3, 0.3, 0.1]).astype(np.float32)
        state["picture"], _, terminated, truncated, _ = environment.step(action)
        if terminated or truncated:
            state["picture"] = environment.reset()[0]

    rate = measure(step, seconds, 1)
    environment.close()
    return rate


def envpool_rate(net, seconds, count):
    import envpool

    name = next(n for n in ["CarRacing-v3", "CarRacing-v2"] if n in envpool.list_all_envs())
    environment = envpool.make_gymnasium(name, num_envs=count, num_threads=1, seed=0)
    state = {"pictures": environment.reset()[0]}
    generator = np.random.default_rng(0)

    def step():
        pixels = torch.from_numpy(np.ascontiguousarray(state["pictures"]))
        if pixels.shape[-1] == 3:
            pixels = pixels.permute(0, 3, 1, 2)
        pixels = torch.nn.functional.interpolate(
            pixels[:, :3].float() / 255, (64, 64), mode="bilinear"
        )
        with torch.inference_mode():
            net(pixels)
        actions = generator.uniform([-0.3, 0, 0], [0.3, 0.3, 0.1], (count, 3)).astype(np.float32)
        state["pictures"] = environment.step(actions)[0]

    return measure(step, seconds, count)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("worldmodels")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--environments", type=int, default=8)
    parser.add_argument("--precision", default="float32", choices=["float32", "int8"])
    options = parser.parse_args()
    # One core for everything, the program's included.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    net = encoder()
    ours = json.loads(
        subprocess.run(
            [options.worldmodels, "benchmark", "rollout"]
            + ["--environments", str(options.environments), "--seconds", str(options.seconds)]
            + ["--precision", options.precision],
            check=True,
            capture_output=True,
        ).stdout
    )
    result = {"worldmodels": ours["rate"], "details": ours}
    for name, rate in [
        ("gymnasium", lambda: gymnasium_rate(net, options.seconds)),
        ("envpool", lambda: envpool_rate(net, options.seconds, options.environments)),
    ]:
        try:
            result[name] = rate()
            result[f"over_{name}"] = ours["rate"] / result[name]
        except Exception as error:
            result[name] = f"not measured: {type(error).__name__}: {error}"
    print(json.dumps(result, indent=1))


main()
