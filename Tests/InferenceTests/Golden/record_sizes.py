# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records what PyTorch computes in double precision for other sizes than the paper's, and for
controllers with a hidden layer: python record_sizes.py > sizes.json

The models and their weights are those of record.py beside it.
"""

import json

from record import control, encode, image, remember


def rounded(values):
    return [float(f"{float(value):.9g}") for value in values]


cases = []
for latent, size in [(1, 1), (7, 50), (16, 128), (64, 512)]:
    mean, deviation = encode(image(1)[None], latent)
    hidden, cell = remember(6, latent, size)
    actions = [
        {
            "inputs": inputs,
            "units": units,
            "mapping": mapping,
            "action": rounded(control(inputs, mapping, latent, size, units)),
        }
        for inputs in ["z", "zh", "zch"]
        for units in [0, 5, 40]
        for mapping in ["paper", "linear", "discrete"]
    ]
    cases.append(
        {
            "latent": latent,
            "hidden": size,
            "means": rounded(mean[0]),
            "logSigmas": rounded(deviation[0]),
            "h": rounded(hidden),
            "c": rounded(cell),
            "actions": actions,
        }
    )
print(json.dumps(cases))
