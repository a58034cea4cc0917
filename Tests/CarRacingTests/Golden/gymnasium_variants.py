#!/usr/bin/env python3
"""Record Gymnasium's variants of CarRacing-v3: discrete actions, standing still, drawn colours.

    python gymnasium_variants.py > variants.json

drives: name, seed, the five actions' numbers or "still", and every tenth step x, y, angle and the
rewards so far. colors: what a reset of the domain-randomised variant draws, then the background's
and the road's colour as they look in the observation.
"""
import json

import gymnasium as gym
import numpy as np

drives = []
for name, seed, steps in (("discrete", 5, 300), ("still", 6, 300)):
    env = gym.make("CarRacing-v3", continuous=name != "discrete").unwrapped
    env._render = lambda mode: None
    env.reset(seed=seed)
    rows = []
    for step in range(steps):
        if name == "discrete":
            action = (3, 3, 3, 1, 3, 2, 0, 3, 2, 4)[step // 10 % 10]
        else:
            action = np.zeros(3, dtype=np.float32)
        env.step(action)
        if step % 10 == 9:
            hull = env.car.hull
            rows.append([*hull.position, hull.angle, env.reward])
    drives.append({"name": name, "seed": seed, "rows": rows})

colors = []
env = gym.make("CarRacing-v3", domain_randomize=True).unwrapped
for seed in (1, 2, 3):
    frame, _ = env.reset(seed=seed)
    kept = [env.road_color.tolist(), env.bg_color.tolist(), env.grass_color.tolist()]
    for _ in range(60):
        frame = env.step(np.zeros(3, dtype=np.float32))[0]
    # The three colours that fill most of the frame above the bar.
    levels, counts = np.unique(frame[:84].reshape(-1, 3), axis=0, return_counts=True)
    seen = levels[np.argsort(-counts)[:3]].tolist()
    colors.append({"seed": seed, "nodes": len(env.track), "drawn": kept, "seen": seen})
print(json.dumps({"drives": drives, "colors": colors}))
