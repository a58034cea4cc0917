#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Any Gymnasium environment and a small network as an objective: the return of one episode.

    gymnasium_policy.py ENVIRONMENT [HIDDEN] --count    says the --dimension of the search
    worldmodels worker --connect ADDRESS --objective 'python3 gymnasium_policy.py CartPole-v1 8'
"""
import json
import os
import sys

# What libraries print must not be taken for an answer.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import gymnasium
import numpy as np

words = [word for word in sys.argv[1:] if word != "--count"]
environment = gymnasium.make(words[0])
hidden = int(words[1]) if len(words) > 1 else 8
space = environment.action_space
is_discrete = isinstance(space, gymnasium.spaces.Discrete)
inputs = gymnasium.spaces.flatdim(environment.observation_space)
outputs = int(space.n) if is_discrete else gymnasium.spaces.flatdim(space)
shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]
places = np.cumsum([int(np.prod(shape)) for shape in shapes])


def evaluate(parameters, seed):
    parts = np.split(np.asarray(parameters), places[:-1])
    weights, biases, weights_out, biases_out = [p.reshape(s) for p, s in zip(parts, shapes)]
    observation, _ = environment.reset(seed=seed)
    total, steps, over = 0.0, 0, False
    while not over:
        seen = gymnasium.spaces.flatten(environment.observation_space, observation)
        out = weights_out @ np.tanh(weights @ seen + biases) + biases_out
        if is_discrete:
            action = int(space.start + np.argmax(out))
        else:
            action = space.low + (space.high - space.low) * (np.tanh(out).reshape(space.shape) + 1) / 2
        observation, reward, ended, cut, _ = environment.step(action)
        total, steps, over = total + float(reward), steps + 1, ended or cut
    return {"return": total, "info": {"steps": steps}}


if "--count" in sys.argv:
    print(places[-1], file=answers)
    sys.exit()
for line in sys.stdin:
    task = json.loads(line)
    print(json.dumps(evaluate(task["parameters"], task["seed"])), file=answers, flush=True)
