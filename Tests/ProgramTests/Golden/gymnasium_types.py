#!/usr/bin/env python3
"""Record drives in Gymnasium's CarRacing-v3 by actions of every type that numpy has for numbers.

    .oracle/bin/python gymnasium_types.py

Versions as for Tests/CarRacingTests/Golden/gymnasium_trace.py (gymnasium 1.4.0). Writes beside
itself actions_TYPE.npy, (150, 3) of that type, and drives.json: by type, every tenth step x, y,
angle and the rewards so far, on the track of seed 4. The brake is 0.9, at which the wheels block:
as float64 exactly, as float32 and float16 a little less; a whole number's is 1.
"""
import json
import os

import gymnasium as gym
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64")
TYPES += ("uint8", "uint16", "uint32", "uint64", "bool")

drives = {}
for name in TYPES:
    kind = np.dtype(name)
    rows = []
    for step in range(150):
        row = [0, 0.6, 0.9 if step >= 90 else 0]
        rows.append(row if kind.kind == "f" else np.ceil(row))
    actions = np.array(rows).astype(kind)
    np.save(os.path.join(HERE, f"actions_{name}.npy"), actions)
    env = gym.make("CarRacing-v3").unwrapped
    env._render = lambda mode: None
    env.reset(seed=4)
    drive = []
    for step, action in enumerate(actions):
        env.step(action)
        if step % 10 == 9:
            hull = env.car.hull
            drive.append([*hull.position, hull.angle, env.reward])
    drives[name] = drive
with open(os.path.join(HERE, "drives.json"), "w") as file:
    json.dump(drives, file)
    file.write("\n")
