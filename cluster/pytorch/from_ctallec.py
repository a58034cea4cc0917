# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Makes a run's directory of an exp_dir of ctallec/world-models.

    python3 -m venv .torch && .torch/bin/pip install torch safetensors numpy
    .torch/bin/python cluster/pytorch/from_ctallec.py exp_dir [runs/NAME]

Of vae, mdrnn and ctrl it takes best.tar, or checkpoint.tar where that is missing, and writes
vae.safetensors, mdrnn.safetensors and controller.safetensors, the last with its mapping; nothing that
is there is replaced. Checkpoints are read in the way that runs no code of theirs; --trust reads one
that holds more than numbers.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file

PARTS = {
    "vae": ("vae", {}),
    "mdrnn": ("mdrnn", {}),
    "ctrl": ("controller", {"inputs": "zh", "mapping": "linear", "latent": "mean"}),
}
CELL = ("rnn.weight_ih", "rnn.weight_hh", "rnn.bias_ih", "rnn.bias_hh")


def canonical(name):
    """The name without what wrappers put into it, with the layer's number that cells leave out."""
    name = name.replace("module.", "").replace("_orig_mod.", "")
    return name + "_l0" if name in CELL else name


# The controller's checkpoint has its reward as a number of numpy's, which older versions of numpy call
# otherwise.
scalar = np.float64(0).__reduce__()[0]
torch.serialization.add_safe_globals(
    [
        np.dtype,
        type(np.dtype(np.float64)),
        (scalar, "numpy.core.multiarray.scalar"),
        (scalar, "numpy._core.multiarray.scalar"),
    ]
)

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("source", type=pathlib.Path, help="the exp_dir")
parser.add_argument("target", type=pathlib.Path, nargs="?", help="the directory to write (the same)")
parser.add_argument("--trust", action="store_true", help="read what may run code")
options = parser.parse_args()
target = options.target or options.source
written = 0
for folder, (kind, form) in PARTS.items():
    files = [options.source / folder / name for name in ("best.tar", "checkpoint.tar")]
    file = next((file for file in files if file.exists()), None)
    output = target / f"{kind}.safetensors"
    if file is None or output.exists():
        print(f"{output}: is there already" if file else f"{files[0]}: is not there")
        continue
    try:
        checkpoint = torch.load(file, map_location="cpu", weights_only=not options.trust)
    except Exception as error:
        sys.exit(f"{file}: {str(error).splitlines()[0]} (--trust reads it if you know whose it is)")
    state = checkpoint.get("state_dict", checkpoint)
    tensors = {canonical(name): value.float().contiguous() for name, value in state.items()}
    facts = {key: str(checkpoint[key]) for key in ("epoch", "precision", "reward") if key in checkpoint}
    target.mkdir(parents=True, exist_ok=True)
    save_file(tensors, output, {"kind": kind, "producer": "ctallec/world-models"} | form | facts)
    print(f"{file} -> {output}")
    written += 1
sys.exit(0 if written else "nothing was written")
