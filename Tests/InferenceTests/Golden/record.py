# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records what PyTorch computes in double precision: python record.py > torch.json

The weights are a formula, so that they need not be stored: see `numbers`.
"""

import json
import numpy as np
import torch
import torch.nn.functional as F


def numbers(count, seed, bound):
    """Hashed indices as float32 values in [-bound, bound); Swift has the same function."""
    x = (np.arange(count, dtype=np.uint64) * 2654435761 + seed * 40503) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    unit = (x >> 8).astype(np.float64) * 2.0**-24
    return ((2 * unit - 1) * bound).astype(np.float32)


def tensor(shape, seed, bound):
    values = numbers(int(np.prod(shape)), seed, bound).reshape(shape)
    return torch.from_numpy(values.astype(np.float64))


def image(seed):
    values = (numbers(64 * 64 * 3, seed, 1.0).astype(np.float64) + 1) * 127.9
    return values.astype(np.uint8).reshape(64, 64, 3)


def encode(images):
    x = torch.from_numpy(images.astype(np.float64)).permute(0, 3, 1, 2) / 255
    channels = [3, 32, 64, 128, 256]
    for layer in range(4):
        shape = (channels[layer + 1], channels[layer], 4, 4)
        bound = (6 / (16 * channels[layer])) ** 0.5
        weight = tensor(shape, 10 + layer, bound)
        bias = tensor((channels[layer + 1],), 20 + layer, 0.1)
        x = F.relu(F.conv2d(x, weight, bias, stride=2))
    x = x.reshape(len(images), -1)
    mean = F.linear(x, tensor((32, 1024), 30, 0.05), tensor((32,), 31, 0.1))
    deviation = F.linear(x, tensor((32, 1024), 32, 0.05), tensor((32,), 33, 0.1))
    return mean, deviation


def remember(steps):
    cell = torch.nn.LSTMCell(35, 256).double()
    with torch.no_grad():
        cell.weight_ih.copy_(tensor((1024, 35), 40, 0.3))
        cell.weight_hh.copy_(tensor((1024, 256), 41, 0.1))
        cell.bias_ih.copy_(tensor((1024,), 42, 0.1))
        cell.bias_hh.copy_(tensor((1024,), 43, 0.1))
        h, c = torch.zeros(1, 256).double(), torch.zeros(1, 256).double()
        for step in range(steps):
            h, c = cell(tensor((1, 35), 50 + step, 2.0), (h, c))
    return h[0], c[0]


def control(inputs):
    z, h, c = tensor((32,), 60, 1.5), tensor((256,), 61, 1.0), tensor((256,), 62, 1.5)
    seen = {"z": [z], "zh": [z, h], "zch": [z, c, h]}[inputs]
    x = torch.cat(seen)
    weight = tensor((3, len(x)), 63, 0.15)
    raw = F.linear(x, weight, tensor((3,), 64, 0.1))
    squashed = torch.tanh(raw)
    paper = torch.stack([squashed[0], (squashed[1] + 1) / 2, squashed[2].clamp(0, 1)])
    return {"linear": raw.tolist(), "paper": paper.tolist()}


images = np.stack([image(1), image(2)])
mean, deviation = encode(images)
hidden, cell = remember(6)
print(
    json.dumps(
        {
            "means": mean.flatten().tolist(),
            "logSigmas": deviation.flatten().tolist(),
            "hidden": hidden.tolist(),
            "cell": cell.tolist(),
            "control": {name: control(name) for name in ["z", "zh", "zch"]},
        },
        indent=1,
    )
)
