# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Record files of formats that are told apart: python3 record.py (torch 2.15, numpy)."""

import pickle

import numpy as np
import torch

tensors = {"fc.weight": torch.zeros(3, 1), "fc.bias": torch.zeros(3)}
arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
torch.save({"epoch": 1, "reward": 2.0, "state_dict": tensors}, "archive.tar")
torch.save({"state_dict": tensors}, "legacy.pth", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), "script.pt")
np.savez("arrays.npz", **arrays)
with open("objects.pkl", "wb") as file:
    pickle.dump(arrays, file)
