# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records what PyTorch computes in double precision for other sizes than the paper's, and for
controllers with a hidden layer: python record_sizes.py > sizes.json

The weights are the formula of record.py.
"""

import json
import numpy as np
import torch
import torch.nn.functional as F


def numbers(count, seed, bound):
    x = (np.arange(count, dtype=np.uint64) * 2654435761 + seed * 40503) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    unit = (x >> 8).astype(np.float64) * 2.0**-24
    return ((2 * unit - 1) * bound).astype(np.float32)


def tensor(shape, seed, bound):
    values = numbers(int(np.prod(shape)), seed, bound).reshape(shape)
    return torch.from_numpy(values.astype(np.float64))


def encode(latent):
    pixels = (numbers(64 * 64 * 3, 1, 1.0).astype(np.float64) + 1) * 127.9
    x = torch.from_numpy(pixels.astype(np.uint8).astype(np.float64).reshape(1, 64, 64, 3))
    x = x.permute(0, 3, 1, 2) / 255
    channels = [3, 32, 64, 128, 256]
    for layer in range(4):
        shape = (channels[layer + 1], channels[layer], 4, 4)
        bound = (6 / (16 * channels[layer])) ** 0.5
        bias = tensor((channels[layer + 1],), 20 + layer, 0.1)
        x = F.relu(F.conv2d(x, tensor(shape, 10 + layer, bound), bias, stride=2))
    x = x.reshape(1, -1)
    mean = F.linear(x, tensor((latent, 1024), 30, 0.05), tensor((latent,), 31, 0.1))
    deviation = F.linear(x, tensor((latent, 1024), 32, 0.05), tensor((latent,), 33, 0.1))
    return mean[0], deviation[0]


def remember(latent, size, steps):
    cell = torch.nn.LSTMCell(3 + latent, size).double()
    with torch.no_grad():
        cell.weight_ih.copy_(tensor((4 * size, 3 + latent), 40, 0.3))
        cell.weight_hh.copy_(tensor((4 * size, size), 41, 0.1))
        cell.bias_ih.copy_(tensor((4 * size,), 42, 0.1))
        cell.bias_hh.copy_(tensor((4 * size,), 43, 0.1))
        h, c = torch.zeros(1, size).double(), torch.zeros(1, size).double()
        for step in range(steps):
            h, c = cell(tensor((1, 3 + latent), 50 + step, 2.0), (h, c))
    return h[0], c[0]


def control(latent, size, inputs, units, mapping):
    z, h, c = tensor((latent,), 60, 1.5), tensor((size,), 61, 1.0), tensor((size,), 62, 1.5)
    x = torch.cat({"z": [z], "zh": [z, h], "zch": [z, c, h]}[inputs])
    if units:
        layer = torch.nn.Linear(len(x), units).double()
        with torch.no_grad():
            layer.weight.copy_(tensor((units, len(x)), 65, 0.1))
            layer.bias.copy_(tensor((units,), 66, 0.1))
            x = torch.tanh(layer(x))
    outputs = 5 if mapping == "discrete" else 3
    raw = F.linear(x, tensor((outputs, len(x)), 63, 0.15), tensor((outputs,), 64, 0.1))
    if mapping == "discrete":
        # Gymnasium's five actions (car_racing.py, step): nothing, right, left, gas, brake.
        return [[0, 0, 0], [0.6, 0, 0], [-0.6, 0, 0], [0, 0.2, 0], [0, 0, 0.8]][int(raw.argmax())]
    if mapping == "linear":
        return raw
    squashed = torch.tanh(raw)
    return torch.stack([squashed[0], (squashed[1] + 1) / 2, squashed[2].clamp(0, 1)])


def rounded(values):
    return [float(f"{float(value):.9g}") for value in values]


cases = []
for latent, size in [(1, 1), (7, 50), (16, 128), (64, 512)]:
    mean, deviation = encode(latent)
    hidden, cell = remember(latent, size, 6)
    actions = [
        {
            "inputs": inputs,
            "units": units,
            "mapping": mapping,
            "action": rounded(control(latent, size, inputs, units, mapping)),
        }
        for inputs in ["z", "zh", "zch"]
        for units in [0, 5, 40]
        for mapping in ["paper", "linear", "discrete"]
    ]
    cases.append(
        {
            "latent": latent,
            "hidden": size,
            "means": rounded(mean),
            "logSigmas": rounded(deviation),
            "h": rounded(hidden),
            "c": rounded(cell),
            "actions": actions,
        }
    )
print(json.dumps(cases))
