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


def encode(images, latent=32):
    x = torch.from_numpy(images.astype(np.float64)).permute(0, 3, 1, 2) / 255
    channels = [3, 32, 64, 128, 256]
    for layer in range(4):
        shape = (channels[layer + 1], channels[layer], 4, 4)
        bound = (6 / (16 * channels[layer])) ** 0.5
        weight = tensor(shape, 10 + layer, bound)
        bias = tensor((channels[layer + 1],), 20 + layer, 0.1)
        x = F.relu(F.conv2d(x, weight, bias, stride=2))
    x = x.reshape(len(images), -1)
    mean = F.linear(x, tensor((latent, 1024), 30, 0.05), tensor((latent,), 31, 0.1))
    deviation = F.linear(x, tensor((latent, 1024), 32, 0.05), tensor((latent,), 33, 0.1))
    return mean, deviation


def remember(steps, latent=32, size=256):
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


def control(inputs, mapping, latent=32, size=256, units=0):
    """The action of C, with a hidden layer of so many units; 0 is none."""
    z, h, c = tensor((latent,), 60, 1.5), tensor((size,), 61, 1.0), tensor((size,), 62, 1.5)
    x = torch.cat({"z": [z], "zh": [z, h], "zch": [z, c, h]}[inputs])
    if units:
        x = torch.tanh(F.linear(x, tensor((units, len(x)), 65, 0.1), tensor((units,), 66, 0.1)))
    outputs = 5 if mapping == "discrete" else 3
    raw = F.linear(x, tensor((outputs, len(x)), 63, 0.15), tensor((outputs,), 64, 0.1))
    if mapping == "discrete":
        # Gymnasium's five actions (car_racing.py, step): nothing, right, left, gas, brake.
        return [[0, 0, 0], [0.6, 0, 0], [-0.6, 0, 0], [0, 0.2, 0], [0, 0, 0.8]][int(raw.argmax())]
    if mapping == "linear":
        return raw.tolist()
    squashed = torch.tanh(raw)
    return torch.stack([squashed[0], (squashed[1] + 1) / 2, squashed[2].clamp(0, 1)]).tolist()


def main():
    mean, deviation = encode(np.stack([image(1), image(2)]))
    hidden, cell = remember(6)
    print(
        json.dumps(
            {
                "means": mean.flatten().tolist(),
                "logSigmas": deviation.flatten().tolist(),
                "hidden": hidden.tolist(),
                "cell": cell.tolist(),
                "control": {
                    inputs: {mapping: control(inputs, mapping) for mapping in ["linear", "paper"]}
                    for inputs in ["z", "zh", "zch"]
                },
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
