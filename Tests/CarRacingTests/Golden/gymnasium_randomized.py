#!/usr/bin/env python3
"""Record drives of Gymnasium's CarRacing-v3 with drawn colours and discrete actions.

    python gymnasium_randomized.py        # Gymnasium 1.4.0; writes randomized.npz beside itself

seeds (N); hull (N, T / 10, 4): every tenth step x, y, angle and the rewards so far; actions (T): the
numbers of the actions; frames (N, 96, 96, 3): what is seen after 60 steps.
"""
import os

import gymnasium as gym
import numpy as np

SEEDS = (1, 2, 3)
ACTIONS = np.repeat(np.array([3, 3, 3, 1, 3, 2, 0, 3, 2, 4], dtype=np.uint8), 10)

hull, frames = [], []
for seed in SEEDS:
    env = gym.make("CarRacing-v3", continuous=False, domain_randomize=True).unwrapped
    env.reset(seed=seed)
    rows = []
    for step, action in enumerate(ACTIONS):
        frame = env.step(int(action))[0]
        if step % 10 == 9:
            rows.append([*env.car.hull.position, env.car.hull.angle, env.reward])
        if step == 59:
            frames.append(frame)
    hull.append(rows)
np.savez(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "randomized.npz"),
    seeds=np.array(SEEDS, dtype=np.int32),
    actions=ACTIONS,
    hull=np.array(hull, dtype=np.float64),
    frames=np.array(frames, dtype=np.uint8),
)
